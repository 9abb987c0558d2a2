# SPDX-License-Identifier: MIT
#
# A build with ASan and UBSan. Each finding ends its process, and leaves a file in the build folder's
# `findings` (options.c says how). The guest and the peer are dynamic in it, and with their shadow memory
# too large for a kernel that boots: they are for the live kernel.
add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
add_compile_options(-UNDEBUG) # assert() is for what only we can do wrong
# With the checks woven in, gcc 12 sees paths that are none (its manual says so of
# -fsanitize); the plain build keeps these warnings.
add_compile_options("$<$<C_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-format-truncation;-Wno-format-overflow;-Wno-maybe-uninitialized>")
add_link_options(-fsanitize=address,undefined)

if(NOT HALFOPEN_FUZZ) # libFuzzer has its own way
  set(findings ${CMAKE_BINARY_DIR}/findings)
  file(MAKE_DIRECTORY ${findings})
  file(CHMOD ${findings} DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_WRITE GROUP_EXECUTE WORLD_READ WORLD_WRITE WORLD_EXECUTE)
  add_library(sanitizer OBJECT ${CMAKE_CURRENT_LIST_DIR}/options.c)
  target_compile_options(sanitizer PRIVATE -fno-sanitize=all)
  target_compile_definitions(sanitizer PRIVATE FINDINGS="${findings}")
  set(sanitized "$<NOT:$<BOOL:$<TARGET_PROPERTY:HALFOPEN_PLAIN>>>")
  add_link_options($<${sanitized}:-Wl,--wrap=_exit>)
  link_libraries($<${sanitized}:sanitizer>)
endif()
