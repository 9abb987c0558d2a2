/* SPDX-License-Identifier: MIT
 *
 * templates: the texts of the cases to begin with, made of templates/NAME.yaml.
 */
#ifndef HALFOPEN_CASE_TEMPLATES_H
#define HALFOPEN_CASE_TEMPLATES_H

#include <stddef.h>

extern const unsigned char asset_crash_yaml[], asset_keepalive_yaml[], asset_blackhole_yaml[],
	asset_nat_yaml[], asset_reboot_yaml[], asset_own_program_yaml[];
extern const size_t asset_crash_yaml_size, asset_keepalive_yaml_size, asset_blackhole_yaml_size,
	asset_nat_yaml_size, asset_reboot_yaml_size, asset_own_program_yaml_size;

#endif
