// YAML text to a tree, through the events of yaml-cpp rather than its documents: only events tell
// of anchors, aliases, tags and repeated keys. The text is looked over first, because the scanner
// reads a whole flow collection before it gives the first event: what would cost it memory is
// counted before.
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>

#include "base/limits.h"
#include "base/text.h"
#include "catalog_file/node.h"

namespace rb::catalog_file {

namespace {

constexpr std::size_t depth_max = limits::json_depth_max;
constexpr std::size_t nodes_max = 1'000'000;
constexpr std::size_t flow_marks_max = 1'000'000;

// Ends the parse from inside the handler; the finding is there already.
struct Stop {};

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(Node& root, Findings& findings) : root_(root), findings_(findings) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) stop("document_is_repeated", mark, "a catalog file is one document");
    }
    void OnDocumentEnd() override {}
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        stop("alias_is_refused", mark, "aliases are not read: write the value out");
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, "", anchor);
        Node node;
        node.line = line_of(mark);
        add(std::move(node));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check(mark, tag, anchor);
        Node node;
        node.kind = Node::Kind::scalar;
        node.line = line_of(mark);
        node.quoted = tag == "!";
        node.text = value;
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(Node::Kind::list, mark);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(Node::Kind::map, mark);
    }
    void OnMapEnd() override { close(); }

private:
    // A collection that is being read; of a map also the key that waits for its value.
    struct Frame {
        Node node;
        std::set<std::string> keys;
        std::string key;
        std::int32_t key_line = 0;
        bool has_key = false;
    };

    std::string path() const {
        std::string out;
        for (const Frame& frame : frames_) {
            if (!out.empty()) out += '/';
            out += frame.node.kind == Node::Kind::list ? std::to_string(frame.node.items.size())
                                                       : frame.key;
        }
        return out;
    }
    static std::int32_t line_of(const YAML::Mark& mark) { return mark.line + 1; }

    [[noreturn]] void stop(std::string code, const YAML::Mark& mark, std::string detail) {
        add_error(findings_, std::move(code), "", line_of(mark), std::move(detail));
        throw Stop{};
    }
    void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0)
            stop("alias_is_refused", mark, "anchors are not read: write the value out");
        if (!tag.empty() && tag != "?" && tag != "!")
            stop("tag_is_refused", mark, "tags are not read: a value is what its field says");
        if (++nodes_ > nodes_max)
            stop("too_many", mark,
                 "a catalog file has at most " + std::to_string(nodes_max) + " values");
    }
    void open(Node::Kind kind, const YAML::Mark& mark) {
        if (frames_.size() >= depth_max)
            stop("nesting_is_too_deep", mark,
                 "values nest at most " + std::to_string(depth_max) + " deep");
        if (!frames_.empty() && frames_.back().node.kind == Node::Kind::map &&
            !frames_.back().has_key)
            stop("key_is_invalid", mark, "a key is a text, not a list or a map");
        frames_.emplace_back();
        frames_.back().node.kind = kind;
        frames_.back().node.line = line_of(mark);
    }
    void close() {
        Node node = std::move(frames_.back().node);
        frames_.pop_back();
        add(std::move(node));
    }
    void add(Node node) {
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.kind == Node::Kind::list) {
            frame.node.items.push_back(std::move(node));
        } else if (!frame.has_key) {
            frame.has_key = true;
            frame.key = node.text;
            frame.key_line = node.line;
            if (node.kind != Node::Kind::scalar)
                add_error(findings_, "key_is_invalid", "", node.line, "a key is missing");
            else if (!frame.keys.insert(node.text).second)
                add_error(findings_, "key_is_repeated", path(), node.line,
                          "the key '" + node.text + "' is given twice");
        } else {
            frame.has_key = false;
            // The mark of what is not there is that of the next thing.
            if (node.kind == Node::Kind::null) node.line = frame.key_line;
            frame.node.members.push_back({std::move(frame.key), frame.key_line, std::move(node)});
        }
    }

    Node& root_;
    Findings& findings_;
    std::vector<Frame> frames_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

// What can be told from the bytes alone. False when the text is not to be parsed.
bool look_over(std::string_view text, Findings& findings) {
    if (text.size() > limits::catalog_file_bytes_max) {
        add_error(findings, "file_is_too_large", "", 0,
                  "a catalog file has at most " + std::to_string(limits::catalog_file_bytes_max) +
                      " bytes");
        return false;
    }
    if (!is_utf8(text)) {
        add_error(findings, "text_is_invalid", "", 0, "a catalog file is UTF-8");
        return false;
    }
    std::size_t flow_marks = 0;
    std::int32_t line = 1;
    bool is_clean = true;
    for (char c : text) {
        if (c == '\n') ++line;
        if (c == '[' || c == ']' || c == '{' || c == '}' || c == ',') ++flow_marks;
        auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 || c == '\n' || c == '\r') continue;
        if (c == '\t')
            add_error(findings, "tab_is_refused", "", line,
                      "tabs are not read: indent with blanks");
        else
            add_error(findings, "text_is_invalid", "", line, "control characters are not read");
        is_clean = false;
    }
    if (flow_marks > flow_marks_max) {
        add_error(findings, "too_many", "", 0,
                  "a catalog file has at most " + std::to_string(flow_marks_max) +
                      " brackets, braces and commas");
        return false;
    }
    return is_clean;
}

}  // namespace

Node parse_yaml(std::string_view text, Findings& findings) {
    static constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Node root;
    if (!look_over(text, findings)) return root;
    try {
        // The parser takes the end of the text for the end of an open quote; an end of document
        // there is an error, so that a text that was cut off is not read as if it were whole.
        std::string whole(text);
        if (!whole.empty() && whole.back() != '\n') whole += '\n';
        whole += "...\n";
        std::istringstream stream{std::move(whole)};
        YAML::Parser parser(stream);
        TreeBuilder builder(root, findings);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop&) {
    } catch (const YAML::Exception& e) {
        add_error(findings, "yaml_is_invalid", "", e.mark.line + 1, e.msg);
    }
    return root;
}

}  // namespace rb::catalog_file
