#pragma once
// What the command line can do. Each returns the exit code: 0 done, 1 refused or broken, 2 misused.
#include <string>

namespace rb::app {

struct CatalogArguments {
    std::string verb;  // "diff", "apply", "lint"
    std::string file;
    std::string data;
};

int run_serve(const std::string& data, const std::string& listen);
enum class Output : unsigned char { text, json };
int run_demo(const std::string& data, const std::string& listen, Output output);
int run_catalog(const CatalogArguments& arguments);
int run_keys_create(const std::string& data);
int run_verify(const std::string& data);
int run_journal_cat(const std::string& data);

// "ratebook: ..." on standard error; returns 1.
int fail(const std::string& message);

}  // namespace rb::app
