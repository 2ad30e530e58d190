// JSON text to a tree. rb::Json checks and reads the text but keeps no places, so a second pass
// walks the text beside the value: in a text that is known to be valid it need only count lines and
// step over punctuation and strings.

#include "base/limits.h"
#include "catalog_file/node.h"

namespace rb::catalog_file {

namespace {

class Walk {
public:
    explicit Walk(std::string_view text) : text_(text) {}

    Node value(const Json& json) {
        skip_blanks();
        Node node;
        node.line = line_;
        if (json.is_object()) {
            node.kind = Node::Kind::map;
            ++at_;
            for (const auto& [key, member] : json.as_object()) {
                skip_blanks();
                std::int32_t line = line_;
                skip_string();
                skip_blanks();
                ++at_;  // the colon
                node.members.push_back({key, line, value(member)});
                skip_blanks();
                if (peek() == ',') ++at_;
            }
            skip_blanks();
            ++at_;
        } else if (json.is_array()) {
            node.kind = Node::Kind::list;
            ++at_;
            for (const Json& item : json.as_array()) {
                node.items.push_back(value(item));
                skip_blanks();
                if (peek() == ',') ++at_;
            }
            skip_blanks();
            ++at_;
        } else if (json.is_string()) {
            node.kind = Node::Kind::scalar;
            node.quoted = true;
            node.text = json.as_string();
            skip_string();
        } else {
            if (!json.is_null()) {
                node.kind = Node::Kind::scalar;
                node.text = json.to_text();
            }
            skip_token();
        }
        return node;
    }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        for (; peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'; ++at_)
            if (peek() == '\n') ++line_;
    }
    void skip_string() {
        for (++at_; at_ < text_.size() && peek() != '"'; ++at_)
            if (peek() == '\\') ++at_;
        ++at_;
    }
    void skip_token() {
        static constexpr std::string_view ends = ",]} \t\r\n";
        while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::int32_t line_ = 1;
};

}  // namespace

Node parse_json(std::string_view text, Findings& findings) {
    if (text.size() > limits::catalog_file_bytes_max) {
        add_error(findings, "file_is_too_large", "", 0,
                  "a catalog file has at most " + std::to_string(limits::catalog_file_bytes_max) +
                      " bytes");
        return {};
    }
    auto json = Json::parse(text);
    if (!json) {
        add_error(findings, "json_is_invalid", "", 0, json.error());
        return {};
    }
    return Walk(text).value(*json);
}

}  // namespace rb::catalog_file
