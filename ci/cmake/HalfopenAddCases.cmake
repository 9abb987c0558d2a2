# SPDX-License-Identifier: MIT
#
# halfopen_add_cases(DIR folder | FILES file...
#   [KERNEL kernel...] [LABELS label...] [PROPERTIES name value...] [PREFIX text] [MAX_REAL time])
#
# Makes each run of each case a CTest test, found by `halfopen list` when the project is built, and
# again when a case has changed: case.STORY/FILE.VARIANT, below DIR, or for FILES below the current
# source folder. PREFIX replaces "case.".
# KERNEL: as --kernel takes it; a path that is not absolute is one from the current source folder.
# Each gives its own tests, with .KERNEL at the end of the name, and .KERNEL-2 for another of the
# same name. MAX_REAL is --max-real, for the live kernel.
# Labels: case, the story (the file's folder), the claims, and LABELS. PROPERTIES are CTest's.
# A skipped run is a skipped test. What a failed run left is kept in the build folder, and the
# test's output says where.
include_guard()
set(_halfopen_module_dir ${CMAKE_CURRENT_LIST_DIR})

function(halfopen_add_cases)
  cmake_parse_arguments(PARSE_ARGV 0 A "" "DIR;PREFIX;MAX_REAL" "FILES;KERNEL;LABELS;PROPERTIES")
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "halfopen_add_cases: unknown: ${A_UNPARSED_ARGUMENTS}")
  endif()
  if((A_DIR AND A_FILES) OR NOT (A_DIR OR A_FILES))
    message(FATAL_ERROR "halfopen_add_cases: give either DIR or FILES")
  endif()
  if(NOT DEFINED A_PREFIX)
    set(A_PREFIX "case.")
  endif()
  set(base ${CMAKE_CURRENT_SOURCE_DIR})
  if(A_DIR)
    cmake_path(ABSOLUTE_PATH A_DIR BASE_DIRECTORY ${base} NORMALIZE OUTPUT_VARIABLE base)
    set(cases ${base})
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${base}/*.yaml ${base}/*.yml)
  else()
    foreach(file IN LISTS A_FILES)
      cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${base} NORMALIZE)
      list(APPEND cases ${file})
    endforeach()
    set(files ${cases})
  endif()
  set(kernels "")
  foreach(kernel IN LISTS A_KERNEL)
    if(kernel MATCHES "/") # else it is a name
      cmake_path(ABSOLUTE_PATH kernel BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    endif()
    list(APPEND kernels ${kernel})
  endforeach()

  # One call, one file of tests, and one target that makes it.
  get_property(count DIRECTORY PROPERTY _halfopen_calls)
  if(NOT count)
    set(count 0)
  endif()
  math(EXPR next "${count} + 1")
  set_property(DIRECTORY PROPERTY _halfopen_calls ${next})
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/halfopen_cases_${count})
  string(MD5 id ${stem})
  string(SUBSTRING ${id} 0 8 id)
  set(discover ${_halfopen_module_dir}/HalfopenDiscover.cmake)
  # Lists go through a file: a command line would take them apart.
  file(CONFIGURE OUTPUT ${stem}_arguments.cmake @ONLY CONTENT [==[
set(base [=[@base@]=])
set(cases [=[@cases@]=])
set(kernels [=[@kernels@]=])
set(labels [=[@A_LABELS@]=])
set(properties [=[@A_PROPERTIES@]=])
set(prefix [=[@A_PREFIX@]=])
set(max_real [=[@A_MAX_REAL@]=])
set(kept [=[@stem@_kept]=])
set(tests_file [=[@stem@_tests.cmake]=])
]==])
  add_custom_command(
    OUTPUT ${stem}_tests.cmake
    COMMAND ${CMAKE_COMMAND} -DHALFOPEN=$<TARGET_FILE:Halfopen::halfopen>
      -DARGUMENTS=${stem}_arguments.cmake -P ${discover}
    DEPENDS $<TARGET_FILE:Halfopen::halfopen> ${files} ${discover} ${stem}_arguments.cmake
    COMMENT "Finding the cases' runs"
    VERBATIM)
  add_custom_target(halfopen_cases_${id} ALL DEPENDS ${stem}_tests.cmake)
  # Before the first build there is no such file, and that is a test that fails.
  file(WRITE ${stem}_include.cmake
    "if(EXISTS \"${stem}_tests.cmake\")\n  include(\"${stem}_tests.cmake\")\n"
    "else()\n  add_test(cases_NOT_BUILT cases_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${stem}_include.cmake)
endfunction()
