/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_QUICK_AGREE_H
#define _PORTCLASS_QUICK_AGREE_H

#include <kunit/test.h>

#include "packet.h"

/*
 * Whatever the quick way takes for usual, it reads no differently from the slow
 * one, which found @kind and @pkt. Every packet of the other suites is shown to
 * it. Return: whether it took it.
 */
bool test_quick_agrees(struct kunit *test, const struct sk_buff *skb, u8 family,
		       enum portclass_scope hook, enum portclass_track track,
		       enum portclass_packet_kind kind,
		       const struct portclass_packet *pkt);

#endif /* _PORTCLASS_QUICK_AGREE_H */
