/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_VERSION_H
#define _PORTCLASS_VERSION_H

#define PORTCLASS_VERSION "0.1.0"

#endif /* _PORTCLASS_VERSION_H */
