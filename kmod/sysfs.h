/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SYSFS_H
#define _PORTCLASS_SYSFS_H

int portclass_sysfs_create(void);
void portclass_sysfs_remove(void);

#endif /* _PORTCLASS_SYSFS_H */
