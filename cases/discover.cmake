# Writes OUTPUT, a file of add_test() for CTest: one for each run that HALFOPEN lists in the
# folder CASES, as case.STORY/FILE.VARIANT, labelled with story and claims. Cases that cannot be
# listed are one test that fails and says why: the build goes on.
cmake_minimum_required(VERSION 3.22)

execute_process(COMMAND ${HALFOPEN} list --json ${CASES}
  OUTPUT_VARIABLE runs ERROR_VARIABLE errors RESULT_VARIABLE status)
set(tests "# Made by discover.cmake.\n")
if(NOT status EQUAL 0)
  message(WARNING "no tests of cases:\n${errors}")
  string(APPEND tests "add_test(case.all [==[${HALFOPEN}]==] lint [==[${CASES}]==])\n")
  set(count 0)
else()
  string(JSON count LENGTH "${runs}")
endif()

set(index 0)
while(index LESS count)
  string(JSON run GET "${runs}" ${index})
  string(JSON file GET "${run}" file)
  string(JSON variant GET "${run}" variant)
  string(JSON claim_count LENGTH "${run}" claims)
  cmake_path(GET file STEM LAST_ONLY stem)
  cmake_path(GET file PARENT_PATH folder)
  cmake_path(GET folder FILENAME story)

  set(name "case.${story}/${stem}")
  set(what "${file}")
  if(NOT variant STREQUAL "")
    string(APPEND name ".${variant}")
    string(APPEND what ":${variant}")
  endif()
  set(labels case boot ${story})
  set(claim 0)
  while(claim LESS claim_count)
    string(JSON id GET "${run}" claims ${claim})
    list(APPEND labels ${id})
    math(EXPR claim "${claim} + 1")
  endwhile()
  string(APPEND tests "add_test([==[${name}]==] [==[${HALFOPEN}]==] run [==[${what}]==])\n"
    "set_tests_properties([==[${name}]==] PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120 "
    "LABELS [==[${labels}]==])\n")
  math(EXPR index "${index} + 1")
endwhile()
file(WRITE ${OUTPUT} "${tests}")
