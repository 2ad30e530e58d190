#pragma once
// The first words of the command line, before its options are read: verbs that are none, and help.
#include <CLI/CLI.hpp>
#include <optional>

namespace rb::app {

// An exit code when the words are answered here: `help`, `help VERB`, or a verb that the program
// does not have, which is told with the nearest one that it has. Else nothing.
std::optional<int> answer_words(const CLI::App& program, int argc, char** argv);

}  // namespace rb::app
