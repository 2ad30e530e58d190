#pragma once
// Catalog files: YAML or JSON text to a draft and back. Numbers are read from their text, never
// through floating point. YAML aliases, unknown keys, duplicate keys, wrong types and sizes beyond
// limits.h are refused. A bad file is refused whole: every finding has its line where the text has
// one.
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/catalog/catalog.h"
#include "domain/catalog/types.h"

namespace rb::catalog_file {

struct ReadResult {
    catalog::Draft draft;                    // complete only when there is no error
    std::vector<catalog::Finding> findings;  // of reading and of lint, by line
    bool ok() const;                         // no finding is an error
};

// YAML, of which JSON is a part; a text that begins with '{' is read as strict JSON.
ReadResult read(std::string_view text);

// The published catalog as a file that `read` takes back to an equal draft.
std::string write_yaml(const catalog::Catalog& catalog);
std::string write_json(const catalog::Catalog& catalog);

// "catalog.yaml:12: error: ..." lines.
std::string findings_text(std::string_view file, const std::vector<catalog::Finding>& findings);

}  // namespace rb::catalog_file
