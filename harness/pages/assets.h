/* SPDX-License-Identifier: MIT
 *
 * assets: files of this folder as bytes in the program; embed.cmake makes the definitions.
 */
#ifndef HALFOPEN_ASSETS_H
#define HALFOPEN_ASSETS_H

#include <stddef.h>

extern const unsigned char asset_style_css[], asset_script_js[];
extern const size_t asset_style_css_size, asset_script_js_size;

#endif
