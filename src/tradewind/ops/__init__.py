"""Operations of the running shop: dead letters, redriving them, and the audit of the stock."""
