// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexStatus CoexStatus;

/* What a status tells of the price of its message (Meta: webhooks/reference/messages/status). */
void coex_webhook_pricing_read(const CoexJsonAt *pricing, CoexStatus *status);
