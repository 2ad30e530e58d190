#include "testing/walk/step.h"

#include "base/text.h"

namespace rb::testing::walk {

namespace {

std::string_view take_word(std::string_view& rest) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const std::size_t end = rest.find(' ');
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(word.size());
    return word;
}

// A body stands on one line.
std::string one_line(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\n')
            out += "@n";
        else if (c != '\r')
            out += c;
    }
    return out;
}

std::string lines_of(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("@n")) {
            out += '\n';
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

Parsed<void> read_request(std::string_view line, Step& step) {
    const std::size_t bar = line.find(" | ");
    std::string_view head = line.substr(0, bar);
    if (bar != std::string_view::npos) step.body = lines_of(line.substr(bar + 3));
    std::string_view word = take_word(head);
    if (word.size() > 1 && word.front() == 'x') {
        if (auto times = parse_int(word.substr(1)); times && *times > 0) {
            step.times = *times;
            word = take_word(head);
        }
    }
    step.caller = word;
    step.method = take_word(head);
    step.target = take_word(head);
    if (step.target.empty()) return Unparsed("expected a caller, a method and a target");
    while (true) {
        while (head.starts_with(' ')) head.remove_prefix(1);
        if (head.empty()) return {};
        if (head.starts_with("-> ")) {
            head.remove_prefix(3);
            step.label = take_word(head);
            continue;
        }
        const std::size_t colon = head.find(": ");
        const std::size_t end = head.find(']');
        if (!head.starts_with('[') || colon > end || end == std::string_view::npos)
            return Unparsed("expected '-> label' or '[Header: value]'");
        step.headers.emplace_back(head.substr(1, colon - 1),
                                  head.substr(colon + 2, end - colon - 2));
        head.remove_prefix(end + 1);
    }
}

}  // namespace

std::string Stage::to_text() const {
    return "STAGE catalog=" + catalog + " partitions=" + std::to_string(partitions) +
           " store=" + (where == Where::files ? "files" : "memory") +
           " ids=" + std::to_string(ids) + " in_memory=" + std::to_string(ids_in_memory) +
           " awake=" + std::to_string(awake) + " seed=" + std::to_string(seed);
}

Parsed<Stage> Stage::parse(std::string_view line) {
    Stage stage;
    if (take_word(line) != "STAGE") return Unparsed("expected STAGE");
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
        const std::size_t mark = word.find('=');
        const std::string_view name = word.substr(0, mark);
        const std::string_view value =
            mark == std::string_view::npos ? std::string_view() : word.substr(mark + 1);
        const auto number = static_cast<std::uint64_t>(parse_int(value).value_or(1));
        if (name == "catalog")
            stage.catalog = value;
        else if (name == "partitions")
            stage.partitions = static_cast<std::uint32_t>(number);
        else if (name == "store")
            stage.where = value == "files" ? Where::files : Where::memory;
        else if (name == "ids")
            stage.ids = number;
        else if (name == "in_memory")
            stage.ids_in_memory = number;
        else if (name == "awake")
            stage.awake = number;
        else if (name == "seed")
            stage.seed = number;
        else
            return Unparsed("a stage has no '" + std::string(name) + "'");
    }
    return stage;
}

std::string Step::to_text() const {
    switch (kind) {
        case Kind::clock:
            return "CLOCK " + move;
        case Kind::restart:
            return "RESTART";
        case Kind::rebuild:
            return "REBUILD";
        case Kind::abort:
            return "ABORT";
        case Kind::request:
            break;
    }
    std::string out;
    if (times != 1) out += "x" + std::to_string(times) + " ";
    out += caller + " " + method + " " + target;
    if (!label.empty()) out += " -> " + label;
    for (const auto& [name, value] : headers) out += " [" + name + ": " + value + "]";
    if (!body.empty()) out += " | " + one_line(body);
    return out;
}

Parsed<Step> Step::parse(std::string_view line) {
    Step step;
    if (line == "RESTART") {
        step.kind = Kind::restart;
    } else if (line == "REBUILD") {
        step.kind = Kind::rebuild;
    } else if (line == "ABORT") {
        step.kind = Kind::abort;
    } else if (line.starts_with("CLOCK ")) {
        step.kind = Kind::clock;
        step.move = line.substr(6);
    } else if (auto read = read_request(line, step); !read) {
        return Unparsed(read.error());
    }
    return step;
}

const std::string* Step::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (http::same_name(key, name)) return &value;
    return nullptr;
}

std::string_view Step::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string Walk::to_text() const {
    std::string out = stage.to_text() + "\n";
    for (const Step& step : steps) out += step.to_text() + "\n";
    return out;
}

Parsed<Walk> Walk::parse(std::string_view text) {
    Walk walk;
    bool has_stage = false;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        auto wrong = [&](const std::string& what) {
            return Unparsed("line " + std::to_string(number) + ": " + what);
        };
        if (!has_stage) {
            auto stage = Stage::parse(line);
            if (!stage) return wrong(stage.error());
            walk.stage = std::move(*stage);
            has_stage = true;
            continue;
        }
        auto step = Step::parse(line);
        if (!step) return wrong(step.error());
        walk.steps.push_back(std::move(*step));
    }
    if (!has_stage) return Unparsed("expected a line that begins with STAGE");
    return walk;
}

}  // namespace rb::testing::walk
