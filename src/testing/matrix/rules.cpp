#include "testing/matrix/rules.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/enums.h"
#include "base/text.h"

namespace rb::testing::matrix {

using accounts::Role;
using accounts::Status;

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    for (;;) {
        const std::size_t bar = line.find('|');
        cells.push_back(trimmed(line.substr(0, bar)));
        if (bar == line.npos) return cells;
        line.remove_prefix(bar + 1);
    }
}

struct Line {
    std::string text;
    std::string place;  // "deeds.txt:12"
};

// Without comments.
Parsed<std::vector<Line>> lines_of(const std::string& folder, const std::string& name) {
    std::ifstream in(folder + "/" + name);
    if (!in) return Unparsed(folder + "/" + name + " cannot be read");
    std::vector<Line> lines;
    std::size_t number = 0;
    for (std::string text; std::getline(in, text);) {
        ++number;
        if (!text.starts_with('#')) lines.push_back({text, name + ":" + std::to_string(number)});
    }
    return lines;
}

Parsed<void> read_deeds(const std::vector<Line>& lines, Rules& rules) {
    constexpr std::size_t columns = 10;
    for (const Line& line : lines) {
        if (line.text.starts_with("roles:")) rules.roles = words_of(line.text.substr(6));
        if (line.text.starts_with("relations:")) rules.relations = words_of(line.text.substr(10));
        if (line.text.starts_with("operators:")) rules.operators = words_of(line.text.substr(10));
        if (line.text.starts_with("scopes:")) rules.scopes = words_of(line.text.substr(7));
        const auto cells = cells_of(line.text);
        if (cells.size() == 1 || cells[0] == "deed") continue;
        if (cells.size() != columns) return Unparsed(line.place + ": a deed has 10 columns");
        Deed deed;
        deed.name = cells[0];
        deed.why = cells[9];
        deed.operators = cells[1] == "all" ? rules.operators : words_of(cells[1]);
        const auto scope = words_of(cells[2]);
        if (scope.empty()) return Unparsed(line.place + ": a deed has a scope, or \"-\"");
        deed.scope = scope.front();
        deed.reads = scope.size() > 1 && scope[1] == "read";
        constexpr Relation relations[] = {Relation::seller, Relation::itself, Relation::above};
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string& least = cells[i + 3];
            if (least != "-" && least != "meter" && !parse_enum<Role>(least))
                return Unparsed(line.place + ": there is no role '" + least + "'");
            deed.least[relations[i]] = least;
        }
        Status* statuses[] = {&deed.asker, &deed.account, &deed.for_platform};
        for (std::size_t i = 0; i < 3; ++i) {
            auto status = parse_enum<Status>(cells[i + 6]);
            if (!status) return Unparsed(line.place + ": no status '" + cells[i + 6] + "'");
            *statuses[i] = *status;
        }
        if (deed.why.empty()) return Unparsed(line.place + ": a deed has a reason");
        rules.deeds.push_back(std::move(deed));
    }
    return {};
}

Parsed<void> read_specials(const std::vector<Line>& lines, Rules& rules) {
    for (const Line& line : lines) {
        const auto cells = cells_of(line.text);
        if (cells.size() == 1 || cells[0] == "caller") continue;
        if (cells.size() != 3) return Unparsed(line.place + ": a caller has 3 columns");
        rules.specials.push_back({cells[0], cells[1], cells[2]});
    }
    return {};
}

Parsed<void> read_attribute(const Line& line, Row& row) {
    const std::size_t blank = line.text.find(' ');
    const std::string name = line.text.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : line.text.substr(blank + 1);
    const auto words = words_of(value);
    if (name == "deed") {
        row.deeds = words;
    } else if (name == "undo") {
        row.undo = value;
    } else if (name == "about") {
        auto about = parse_enum<About>(value);
        if (!about) return Unparsed(line.place + ": " + about.error());
        row.about = *about;
    } else if (name == "fill" && words.size() == 2) {
        row.fill[words[0]] = words[1];
    } else if (name == "query") {
        row.query = value;
    } else if (name == "body") {
        row.body = value;
    } else if (name == "type") {
        row.type = value;
    } else if (name == "then") {
        row.then = words;
    } else if (name == "gone") {
        row.gone = words;
    } else {
        return Unparsed(line.place + ": what is '" + name + "'?");
    }
    return {};
}

Parsed<void> read_rows(const std::vector<Line>& lines, Rules& rules) {
    bool is_within = false;
    for (const Line& line : lines) {
        if (line.text.empty()) {
            is_within = false;
        } else if (!is_within) {
            is_within = true;
            const std::size_t bracket = line.text.find(" [");
            Row row;
            row.route = line.text.substr(0, bracket);
            if (bracket != std::string::npos)
                row.variant = line.text.substr(bracket + 2, line.text.size() - bracket - 3);
            rules.rows.push_back(std::move(row));
        } else if (auto ok = read_attribute(line, rules.rows.back()); !ok) {
            return ok;
        }
    }
    for (const Row& row : rules.rows)
        if (row.deeds.empty() || !std::ranges::all_of(row.deeds, [&](const std::string& deed) {
                return rules.deed(deed) != nullptr;
            }))
            return Unparsed(row.text() + " has no deed of deeds.txt");
    return {};
}

Verdict by_status(Status status, Status worst) {
    if (status <= worst) return Verdict::allowed;
    return status == Status::closed ? Verdict::closed : Verdict::frozen;
}

std::string shown(const std::vector<std::string>& operators, const std::vector<std::string>& all) {
    if (operators == all) return "all";
    std::string out;
    for (const std::string& one : operators) out += (out.empty() ? "" : ", ") + one;
    return out;
}

std::string shown(const std::string& least) {
    return least == "meter" ? "developer with `meter:write`" : least;
}

}  // namespace

const Deed* Rules::deed(std::string_view name) const {
    auto found = std::ranges::find(deeds, name, &Deed::name);
    return found == deeds.end() ? nullptr : &*found;
}

const Special* Rules::special(std::string_view caller) const {
    auto found = std::ranges::find(specials, caller, &Special::caller);
    return found == specials.end() ? nullptr : &*found;
}

Parsed<Rules> read_rules(const std::string& folder) {
    Rules rules;
    using Reader = Parsed<void> (*)(const std::vector<Line>&, Rules&);
    for (auto [name, read] : {std::pair<const char*, Reader>{"deeds.txt", read_deeds},
                              {"callers.txt", read_specials},
                              {"routes.txt", read_rows}}) {
        auto lines = lines_of(folder, name);
        if (!lines) return Unparsed(lines.error());
        if (auto ok = read(*lines, rules); !ok) return Unparsed(ok.error());
    }
    return rules;
}

Verdict expected(const Deed& deed, const Stand& stand) {
    if (stand.relation == Relation::stranger) return Verdict::unknown;
    const Narrow& narrow = stand.narrow;
    const bool is_left = (deed.reads || !narrow.only_reads) &&
                         (narrow.scope.empty() || narrow.scope == deed.scope) &&
                         !(narrow.has_account && stand.is_of_no_account);
    if (!is_left) return Verdict::meter;
    if (stand.relation == Relation::platform) {
        if (std::ranges::find(deed.operators, stand.operates) == deed.operators.end())
            return Verdict::role;
        return by_status(stand.account, deed.for_platform);
    }
    const std::string& least = deed.least.at(stand.relation);
    const Role role = parse_enum<Role>(least).value_or(Role::developer);
    if (least == "-" || stand.role < role) return Verdict::role;
    if (least == "meter" && !stand.tells_usage) return Verdict::meter;
    if (Verdict asker = by_status(stand.asker, deed.asker); asker != Verdict::allowed) return asker;
    return by_status(stand.account, deed.account);
}

std::string document(const Rules& rules) {
    std::string out =
        "# The authority matrix\n\n"
        "Made from `golden/authority` by `testing/matrix`, which asks every route of every surface "
        "as every caller\nabout every kind of account and compares the answers with this. Do not "
        "edit it; write it anew with\n`RATEBOOK_WRITE_DOCS=1` in the environment of "
        "`testing_matrix_test`.\n\n"
        "## How a caller comes\n\n"
        "A root key of the platform may everything that the state of things allows, an operator's "
        "what stands under\n\"operators\". A key of an account has the role that it was given; "
        "before that:\n\n| caller | is | because |\n"
        "| --- | --- | --- |\n";
    for (const Special& special : rules.specials)
        out += "| " + special.caller + " | " + special.answer + " | " + special.why + " |\n";
    out +=
        "\n## Deeds\n\nThe least role of the account's seller (the nearest agency above it), of "
        "the account itself, and of an account\nabove it that is not its seller; `-`: none. To all "
        "others the account is answered, to the byte, as one that does\nnot exist. Then the worst "
        "status of the asker's account and of the account that it is about, each with all "
        "above\nit.\n\n"
        "| deed | operators | scope | seller | itself | above | the asker at worst | the account "
        "at "
        "worst | because |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (const Deed& deed : rules.deeds) {
        out += "| `" + deed.name + "` | " + shown(deed.operators, rules.operators) + " | " +
               (deed.scope == "-" ? "-" : "`" + deed.scope + "`") + (deed.reads ? ", read" : "") +
               " | ";
        for (Relation relation : {Relation::seller, Relation::itself, Relation::above})
            out += shown(deed.least.at(relation)) + " | ";
        out += std::string(enum_text(deed.asker)) + " | " + std::string(enum_text(deed.account));
        if (deed.for_platform != deed.account)
            out += ", for the platform " + std::string(enum_text(deed.for_platform));
        out += " | " + deed.why + " |\n";
    }
    out +=
        "\n## Routes\n\n| route | deed | seller | itself | above |\n"
        "| --- | --- | --- | --- | --- |\n";
    for (const Row& row : rules.rows) {
        out += "| `" + row.route + "`" + (row.variant.empty() ? "" : " " + row.variant) + " | ";
        for (const std::string& deed : row.deeds)
            out += (deed == row.deeds.front() ? "`" : ", `") + deed + "`";
        out += " | ";
        for (Relation relation : {Relation::seller, Relation::itself, Relation::above}) {
            std::string least;
            for (const std::string& name : row.deeds) {
                const std::string one = shown(rules.deed(name)->least.at(relation));
                if (least.empty() || one == "-")
                    least = one;
                else if (one != least && least != "-")
                    least += ", " + one;
            }
            out += least + " | ";
        }
        out.back() = '\n';
    }
    return out;
}

}  // namespace rb::testing::matrix
