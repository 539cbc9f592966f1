"""Every function of the shop: name, trigger, handler, what it may do. One line each, two at most."""

from __future__ import annotations

from typing import Final

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.messaging import (
    ANALYTICS_QUEUE,
    AUDIT_QUEUE,
    CART_QUEUE,
    CHECKOUT,
    CHECKOUT_QUEUE,
    EMAIL_QUEUE,
    FEEDBACK_QUEUE,
    PAYMENT_QUEUE,
    REFUND_QUEUE,
    SMS_QUEUE,
    STREAM_QUEUE,
)
from tradewind_tools.blueprint.model import (
    Function,
    authorizer,
    http,
    on_queue,
    on_rotation,
    on_schedule,
    on_stream,
    starter,
    step,
)
from tradewind_tools.blueprint.permissions import (
    batch_gets,
    deletes,
    gets,
    looks_into_dead_letters,
    publishes,
    puts,
    queries,
    reads_secret,
    reads_stream,
    redrives_dead_letters,
    sends_mail,
    sends_texts,
    updates,
)

USER, EMAIL, PRODUCT, ORDER, IDEMPOTENCY = "USER#*", "EMAIL#*", "PRODUCT#*", "ORDER#*", "IDEMPOTENCY#*"
GUEST, FACTOR = "GUEST#*", "FACTOR#*"
CALLER_ADDRESS = "ADDRESS#*"
CATALOG, INACTIVE, CATEGORY = "CATALOG#*", "INACTIVE#*", "CATEGORY#*"
STATUS, UNPLACED, UNSETTLED = "STATUS#*", "UNPLACED#*", "UNSETTLED#*"
UNVERIFIED, CARTS_OPEN = "UNVERIFIED#*", "CARTS_OPEN#*"
JWT, CURSOR, VERIFICATION = reads_secret("jwt-key"), reads_secret("cursor-key"), reads_secret("verification-key")
INBOX = "INBOX#*"
PAYMENT_OPEN, REFUND_DUE = "PAYMENT_OPEN#*", "REFUND_DUE#*"
RECORDED, RECONCILIATION, FAKEBANK = "RECORDED#*", "RECONCILIATION#*", "FAKEBANK#*"
FAKE_WEBHOOK, STRIPE = reads_secret("fake-webhook-key"), reads_secret("stripe")
AUDIT = "AUDIT#*"
EVENTLOG, FIGURES, TOPPRODUCTS = "EVENTLOG#*", "FIGURES#*", "TOPPRODUCTS#*"
SENDERS: Final = limits.SENDERS_CONCURRENCY
HASHING_MB: Final = 1024
"""A function's share of a CPU grows with its memory, and hashing a password is all CPU."""

# fmt: off
# ruff: noqa: E501 - a function is one line, or two
FUNCTIONS: Final[tuple[Function, ...]] = (
    authorizer("auth-authorizer", "tradewind.identity.authorizer.authorize", batch_gets(USER), JWT),
    http("auth-register", "POST /auth/register", "tradewind.identity.sign_in.register", puts(USER, EMAIL), memory_mb=HASHING_MB),
    http("auth-login", "POST /auth/login", "tradewind.identity.sign_in.login",
         gets(USER, EMAIL), batch_gets(USER), puts(USER), updates(USER, EMAIL), deletes(EMAIL), JWT, memory_mb=HASHING_MB),
    http("auth-login-second-factor", "POST /auth/login/second-factor", "tradewind.identity.sign_in.login_second_factor",
         gets(FACTOR), batch_gets(USER, FACTOR), puts(USER, FACTOR), updates(FACTOR), deletes(FACTOR), JWT),
    http("auth-guest", "POST /auth/guest", "tradewind.identity.guests.issue_guest_token", JWT),
    http("auth-refresh", "POST /auth/refresh", "tradewind.identity.sign_in.refresh", batch_gets(USER), updates(USER), JWT),
    http("auth-logout", "POST /auth/logout", "tradewind.identity.sign_in.logout", gets(USER), updates(USER)),
    http("auth-me", "GET /auth/me", "tradewind.identity.handlers.get_me", gets(USER)),
    http("auth-verify-email", "POST /auth/verify-email", "tradewind.identity.verification.verify_email",
         gets(USER), puts(USER), updates(USER), VERIFICATION),
    http("auth-resend-verification", "POST /auth/verify-email/resend", "tradewind.identity.verification.resend_verification",
         gets(USER, EMAIL), puts(USER), updates(EMAIL)),
    http("auth-forgot-password", "POST /auth/forgot-password", "tradewind.identity.password_reset.forgot_password",
         gets(USER, EMAIL), puts(USER, EMAIL), updates(EMAIL)),
    http("auth-reset-password", "POST /auth/reset-password", "tradewind.identity.password_reset.reset_password",
         gets(USER), puts(USER), updates(USER), deletes(USER, EMAIL), VERIFICATION, memory_mb=HASHING_MB),
    http("profile-get", "GET /users/profile", "tradewind.identity.handlers.get_profile", gets(USER)),
    http("profile-update", "PUT /users/profile", "tradewind.identity.handlers.update_profile", updates(USER)),
    http("password-change", "PUT /users/password", "tradewind.identity.sign_in.change_password",
         gets(USER), batch_gets(USER), puts(USER), updates(USER), deletes(USER), memory_mb=HASHING_MB),
    http("session-list", "GET /users/sessions", "tradewind.identity.session_handlers.list_sessions", gets(USER), queries(USER)),
    http("session-end", "DELETE /users/sessions/{sessionId}", "tradewind.identity.session_handlers.end_session", gets(USER), updates(USER)),
    http("session-end-others", "DELETE /users/sessions", "tradewind.identity.session_handlers.end_other_sessions",
         batch_gets(USER), updates(USER)),
    http("second-factor-begin", "POST /users/second-factor", "tradewind.identity.second_factor.begin_second_factor",
         gets(USER), puts(FACTOR), updates(USER), deletes(USER), memory_mb=HASHING_MB),
    http("second-factor-confirm", "POST /users/second-factor/confirm", "tradewind.identity.second_factor.confirm_second_factor",
         gets(FACTOR), batch_gets(USER), puts(USER, FACTOR), updates(USER, FACTOR), deletes(FACTOR)),
    http("second-factor-remove", "DELETE /users/second-factor", "tradewind.identity.second_factor.remove_second_factor",
         gets(USER, FACTOR), puts(USER), updates(USER, FACTOR), deletes(USER, FACTOR), memory_mb=HASHING_MB),
    http("recovery-codes-renew", "POST /users/second-factor/recovery-codes", "tradewind.identity.second_factor.renew_recovery_codes",
         gets(USER, FACTOR), puts(FACTOR), updates(USER, FACTOR), deletes(USER, FACTOR), memory_mb=HASHING_MB),
    http("notifications-get", "GET /users/notifications", "tradewind.notifications.handlers.get_preferences", gets(USER)),
    http("notifications-update", "PUT /users/notifications", "tradewind.notifications.handlers.update_preferences", gets(USER), puts(USER)),
    http("unsubscribe-page", "GET /unsubscribe/{token}", "tradewind.notifications.unsubscribe.show_unsubscribe_page", VERIFICATION),
    http("unsubscribe", "POST /unsubscribe/{token}", "tradewind.notifications.unsubscribe.unsubscribe", updates(USER), VERIFICATION),
    http("user-find", "GET /users", "tradewind.identity.handlers.find_users", gets(USER, EMAIL)),
    http("user-get", "GET /users/{userId}", "tradewind.identity.handlers.get_user", gets(USER)),
    http("user-update", "PUT /users/{userId}", "tradewind.identity.handlers.update_user", gets(USER), puts(USER), updates(USER)),

    http("product-list", "GET /products", "tradewind.catalog.read_handlers.list_products",
         queries(CATALOG, index="GSI2"), queries(CATEGORY, index="GSI1"), CURSOR),
    http("product-get", "GET /products/{productId}", "tradewind.catalog.read_handlers.get_product", batch_gets(PRODUCT)),
    http("product-list-category", "GET /products/category/{category}", "tradewind.catalog.read_handlers.list_category",
         queries(CATEGORY, index="GSI1"), CURSOR),
    http("product-create", "POST /products", "tradewind.catalog.handlers.create_product", puts(PRODUCT)),
    http("product-update", "PUT /products/{productId}", "tradewind.catalog.handlers.update_product", batch_gets(PRODUCT), puts(PRODUCT)),
    http("product-delete", "DELETE /products/{productId}", "tradewind.catalog.handlers.delete_product",
         batch_gets(PRODUCT), puts(PRODUCT), deletes(PRODUCT)),
    http("stock-get", "GET /products/{productId}/stock", "tradewind.inventory.handlers.get_stock", gets(PRODUCT)),
    http("stock-set", "PUT /products/{productId}/stock", "tradewind.inventory.handlers.set_stock",
         gets(PRODUCT), puts(PRODUCT), updates(PRODUCT)),
    http("stock-movements", "GET /products/{productId}/stock/movements", "tradewind.inventory.handlers.list_movements",
         queries(PRODUCT), CURSOR),

    http("cart-get", "GET /cart", "tradewind.cart.handlers.get_cart", queries(USER, GUEST), batch_gets(PRODUCT)),
    http("cart-add-item", "POST /cart/items", "tradewind.cart.handlers.add_item",
         batch_gets(USER, GUEST, PRODUCT), queries(USER, GUEST), puts(USER, GUEST), updates(USER, GUEST)),
    http("cart-update-item", "PUT /cart/items/{productId}", "tradewind.cart.handlers.set_quantity", updates(USER, GUEST)),
    http("cart-remove-item", "DELETE /cart/items/{productId}", "tradewind.cart.handlers.remove_item", deletes(USER, GUEST)),
    http("cart-clear", "DELETE /cart", "tradewind.cart.handlers.clear_cart", queries(USER, GUEST), deletes(USER, GUEST)),

    http("order-create", "POST /orders", "tradewind.ordering.handlers.place_order", gets(USER, IDEMPOTENCY),
         batch_gets(USER, PRODUCT, IDEMPOTENCY), puts(USER, ORDER, IDEMPOTENCY),
         updates(USER, PRODUCT, ORDER, CALLER_ADDRESS), deletes(USER, IDEMPOTENCY)),
    http("checkout", "POST /checkout", "tradewind.ordering.handlers.check_out", gets(USER, IDEMPOTENCY), queries(USER),
         batch_gets(USER, PRODUCT, IDEMPOTENCY), puts(USER, ORDER, IDEMPOTENCY),
         updates(USER, PRODUCT, ORDER, CALLER_ADDRESS), deletes(USER, IDEMPOTENCY)),
    http("order-list", "GET /orders", "tradewind.ordering.read_handlers.list_orders",
         batch_gets(USER), queries(USER), queries(STATUS, index="GSI2"), CURSOR),
    http("order-get", "GET /orders/{orderId}", "tradewind.ordering.read_handlers.get_order",
         gets(USER, ORDER), batch_gets(USER), queries(ORDER)),
    http("order-status", "GET /orders/{orderId}/status", "tradewind.ordering.read_handlers.get_order_status",
         gets(USER, ORDER), batch_gets(USER), queries(ORDER)),
    http("order-cancel", "PUT /orders/{orderId}/cancel", "tradewind.ordering.change_handlers.cancel_order",
         gets(USER, ORDER), batch_gets(USER), queries(ORDER), puts(ORDER), updates(USER, ORDER)),
    http("order-fulfil", "PUT /orders/{orderId}/fulfil", "tradewind.ordering.change_handlers.fulfil_order",
         gets(USER, ORDER), queries(ORDER), puts(ORDER), updates(USER)),
    http("order-refund", "POST /orders/{orderId}/refunds", "tradewind.ordering.change_handlers.refund_order", gets(USER, ORDER, IDEMPOTENCY),
         queries(ORDER), puts(ORDER, IDEMPOTENCY), updates(USER, PRODUCT, ORDER)),

    http("order-payments", "GET /orders/{orderId}/payments", "tradewind.payments.order_handlers.get_payments", queries(ORDER)),
    http("payment-action", "GET /orders/{orderId}/payment-action", "tradewind.payments.handlers.get_payment_action", gets(ORDER), STRIPE),
    http("payment-webhook", "POST /webhooks/{provider}", "tradewind.payments.handlers.receive_webhook",
         puts(INBOX, FAKEBANK), FAKE_WEBHOOK, STRIPE),

    http("events-track", "POST /analytics/events", "tradewind.analytics.handlers.track_events", updates(EVENTLOG)),
    http("analytics-sales", "GET /analytics/sales", "tradewind.analytics.handlers.get_sales", gets(FIGURES), queries(FIGURES)),
    http("analytics-top-products", "GET /analytics/top-products", "tradewind.analytics.handlers.get_top_products",
         gets(FIGURES), queries(TOPPRODUCTS), batch_gets(TOPPRODUCTS, PRODUCT)),
    http("analytics-funnel", "GET /analytics/funnel", "tradewind.analytics.handlers.get_funnel",
         gets(FIGURES), queries(FIGURES)),

    http("dead-letters", "GET /ops/dead-letters", "tradewind.ops.handlers.list_dead_letters", looks_into_dead_letters()),
    http("dead-letters-redrive", "POST /ops/dead-letters/{queue}/redrive", "tradewind.ops.handlers.redrive_dead_letters",
         redrives_dead_letters()),

    http("status", "GET /status", "tradewind.service.handlers.get_status"),
    http("openapi", "GET /openapi.json", "tradewind.service.handlers.get_openapi"),

    on_stream("stream-processor", "EVENT#", "tradewind.outbox.relay.forward_events", publishes(), failures=STREAM_QUEUE),
    on_queue("stream-rescuer", STREAM_QUEUE, "tradewind.outbox.stream_recovery.forward_failed_batch", reads_stream(), publishes()),
    on_queue("email-sender", EMAIL_QUEUE, "tradewind.notifications.consumers.send_email",
             gets(USER, ORDER), queries(USER, ORDER), batch_gets(PRODUCT), puts(USER), updates(USER), VERIFICATION, sends_mail(),
             concurrency=SENDERS, wait_seconds=limits.MAIL_QUEUE_SECONDS),
    on_queue("mail-suppressor", FEEDBACK_QUEUE, "tradewind.notifications.feedback.suppress_recipients", gets(EMAIL), updates(USER),
             wait_seconds=limits.PATIENT_QUEUE_SECONDS),
    on_queue("sms-sender", SMS_QUEUE, "tradewind.notifications.sms.send_sms", gets(USER), puts(USER), updates(USER), sends_texts(),
             concurrency=SENDERS, wait_seconds=limits.PATIENT_QUEUE_SECONDS),
    on_queue("cart-emptier", CART_QUEUE, "tradewind.ordering.consumers.empty_cart",
             gets(USER), queries(USER, ORDER), updates(USER), deletes(USER)),
    on_queue("refund-issuer", REFUND_QUEUE, "tradewind.payments.consumers.issue_refund",
             gets(USER, ORDER), queries(ORDER), puts(ORDER, FAKEBANK), updates(USER, ORDER), STRIPE, concurrency=SENDERS),
    on_queue("payment-settler", PAYMENT_QUEUE, "tradewind.payments.consumers.apply_webhook",
             gets(USER, ORDER), queries(ORDER), puts(ORDER), updates(USER, ORDER), STRIPE),
    on_queue("order-auditor", AUDIT_QUEUE, "tradewind.checkout.consumers.audit_order", gets(USER), queries(ORDER),
             wait_seconds=limits.PATIENT_QUEUE_SECONDS),
    on_queue("event-recorder", ANALYTICS_QUEUE, "tradewind.analytics.consumers.log_event",
             gets(USER), queries(ORDER), puts(EVENTLOG), updates(FIGURES), wait_seconds=limits.PATIENT_QUEUE_SECONDS),
    on_schedule("figures-roll-up", "rate(5 minutes)", "tradewind.analytics.jobs.roll_up",
                queries(FIGURES, TOPPRODUCTS), queries(EVENTLOG, index="GSI2"), batch_gets(FIGURES, TOPPRODUCTS),
                puts(FIGURES, TOPPRODUCTS), updates(FIGURES), timeout_seconds=240),
    on_schedule("payment-clearing", "rate(15 minutes)", "tradewind.payments.jobs.check_open_payments",
                queries(PAYMENT_OPEN, REFUND_DUE, index="GSI2"), queries(ORDER), gets(USER, ORDER), puts(ORDER, FAKEBANK),
                updates(USER, ORDER), STRIPE, timeout_seconds=120),
    on_schedule("ledger-reconciler", "rate(1 hour)", "tradewind.payments.reconciliation.reconcile_ledger",
                queries(RECORDED, FAKEBANK, index="GSI2"), queries(ORDER), gets(RECONCILIATION, FAKEBANK), updates(RECONCILIATION), STRIPE,
                timeout_seconds=900),
    on_schedule("reservation-sweeper", "rate(5 minutes)", "tradewind.inventory.jobs.release_overdue",
                queries(UNPLACED, index="GSI2"), updates(PRODUCT, ORDER)),
    on_schedule("unverified-reminder", "rate(1 hour)", "tradewind.identity.jobs.remind_unverified",
                queries(UNVERIFIED, index="GSI2"), puts(USER), updates(USER), timeout_seconds=120),
    on_schedule("cart-reminder", "rate(1 hour)", "tradewind.notifications.jobs.remind_of_carts",
                queries(CARTS_OPEN, index="GSI2"), queries(USER), puts(USER), updates(USER), timeout_seconds=120),
    on_schedule("inventory-audit", "rate(1 day)", "tradewind.ops.jobs.audit_inventory",
                queries(CATALOG, INACTIVE, STATUS, UNSETTLED, UNPLACED, index="GSI2"), batch_gets(PRODUCT, ORDER),
                gets(AUDIT), puts(AUDIT), timeout_seconds=900),
    on_schedule("checkout-sweeper", "rate(5 minutes)", "tradewind.checkout.jobs.resume_stuck",
                queries(STATUS, UNSETTLED, index="GSI2"), queries(ORDER), batch_gets(ORDER), publishes()),

    on_rotation("key-rotator", ("cursor-key", "jwt-key", "verification-key"), "tradewind.rotation.handlers.rotate"),

    starter("checkout-starter", CHECKOUT_QUEUE, "tradewind.checkout.starter.start_checkout", CHECKOUT,
            concurrency=limits.CHECKOUT_CONCURRENCY, setting="CheckoutConcurrency"),
    step("checkout-validate-order", CHECKOUT, "tradewind.checkout.handlers.validate_order", gets(USER), queries(ORDER)),
    step("checkout-check-inventory", CHECKOUT, "tradewind.checkout.handlers.check_inventory",
         gets(ORDER), queries(ORDER), updates(ORDER, PRODUCT)),
    step("checkout-process-payment", CHECKOUT, "tradewind.checkout.handlers.process_payment",
         gets(USER, ORDER), queries(ORDER), puts(ORDER, FAKEBANK), updates(ORDER), STRIPE,
         timeout_seconds=30, memory_mb=limits.WAITING_MB),
    step("checkout-update-inventory", CHECKOUT, "tradewind.checkout.handlers.update_inventory",
         gets(ORDER), queries(ORDER), batch_gets(PRODUCT), puts(PRODUCT), updates(ORDER, PRODUCT)),
    step("checkout-confirm-order", CHECKOUT, "tradewind.checkout.handlers.confirm_order", gets(USER), puts(ORDER), updates(USER, CALLER_ADDRESS)),
    step("checkout-cancel-order", CHECKOUT, "tradewind.checkout.handlers.cancel_order",
         gets(USER), queries(ORDER), puts(ORDER), updates(USER, ORDER)),
    step("checkout-release-stock", CHECKOUT, "tradewind.checkout.handlers.release_stock",
         gets(ORDER), queries(ORDER), batch_gets(PRODUCT), updates(ORDER, PRODUCT)),
    step("checkout-refund-payment", CHECKOUT, "tradewind.checkout.handlers.refund_payment",
         gets(USER, ORDER), queries(ORDER), puts(ORDER, FAKEBANK), updates(USER, ORDER), deletes(ORDER), STRIPE, timeout_seconds=30),
)
# fmt: on
