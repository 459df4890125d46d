/* SPDX-License-Identifier: GPL-2.0 */
/* What services are called. */
#ifndef PORTCLASSCTL_SERVICE_H
#define PORTCLASSCTL_SERVICE_H

#include "model.h"

const char *service_name(enum portclass_proto proto, __u16 port);

#endif
