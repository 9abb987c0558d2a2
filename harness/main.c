/* SPDX-License-Identifier: MIT */
#include "commandline.h"
#include "commands.h"

int main(int argc, char **argv)
{
	return commandline_run(command_table, command_examples, argc, argv);
}
