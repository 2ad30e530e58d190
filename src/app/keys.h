#pragma once
// `ratebook keys`: the keys of the platform itself, of a server that is running (--url) or in a
// store that is not served.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace rb::app {

struct KeysArguments {
    std::string verb;  // list, create, rotate, expire, revoke
    std::string data;
    std::string url;  // empty: the store in `data`
    std::string key;  // by which the server is asked
    std::string id;   // of the key that is meant
    std::string name;
    std::string of;  // an operator
    std::string at;  // an instant, or "never"
    std::int64_t overlap_seconds = 24 * 60 * 60;
};

// Adds the verb with its options; `with_data` adds the one that all verbs share.
CLI::App* add_keys(CLI::App& program, KeysArguments& keys,
                   const std::function<void(CLI::App*)>& with_data);
int run_keys(const KeysArguments& arguments);

}  // namespace rb::app
