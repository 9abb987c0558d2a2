# SPDX-License-Identifier: MIT
#
# find_package(Halfopen): the program Halfopen::halfopen, and halfopen_add_cases(). It lies in
# PREFIX/share/cmake/Halfopen, and finds the program from there.
if(NOT TARGET Halfopen::halfopen)
  get_filename_component(_halfopen_prefix ${CMAKE_CURRENT_LIST_DIR}/../../.. ABSOLUTE)
  add_executable(Halfopen::halfopen IMPORTED GLOBAL)
  set_target_properties(Halfopen::halfopen PROPERTIES
    IMPORTED_LOCATION ${_halfopen_prefix}/bin/halfopen)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/HalfopenAddCases.cmake)
