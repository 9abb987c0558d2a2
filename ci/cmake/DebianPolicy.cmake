# SPDX-License-Identifier: MIT
#
# What Debian has otherwise than a PREFIX, done to the files that cpack is about to pack: manual
# pages are compressed, zsh looks for completions of packages in a folder of their own, and there
# is a changelog and a word to lintian.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(share ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
find_program(GZIP gzip REQUIRED)

file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
file(GLOB pages ${share}/man/man?/*.[0-9])
execute_process(COMMAND ${GZIP} -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)

# Of this packaging; SOURCE_DATE_EPOCH makes it the same again.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${share}/doc/halfopen/changelog "halfopen (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND ${GZIP} -9n ${share}/doc/halfopen/changelog COMMAND_ERROR_IS_FATAL ANY)

# What lintian is to overlook, and why.
file(WRITE ${share}/lintian/overrides/${CPACK_PACKAGE_NAME}
"# They run inside of the kernel under test: where there may be no libraries, and where loading
# them would cost milliseconds at every boot.
statically-linked-binary [usr/libexec/halfopen/halfopen-guest]
statically-linked-binary [usr/libexec/halfopen/halfopen-peer]
embedded-library libyaml [usr/libexec/halfopen/halfopen-guest]
")
