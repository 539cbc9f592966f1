"""The table and the state machine in memory: DynamoDB and Step Functions as the shop uses them, for tests."""
