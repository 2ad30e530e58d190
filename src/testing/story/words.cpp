#include "testing/story/words.h"

#include "base/text.h"

namespace rb::testing::story {

Parsed<Instant> parse_moment(std::string_view text, Zone zone) {
    if (auto instant = Instant::parse(text)) return *instant;
    auto wrong =
        Unparsed("expected a moment like 2026-04-01, 2026-04-01T10:30 or 2026-04-01T10:30:00Z");
    auto date = CivilDate::parse(text.substr(0, 10));
    if (!date) return wrong;
    if (text.size() == 10) return zone.midnight(*date);
    if (text[10] != 'T') return wrong;
    std::string time(text.substr(11));
    if (time.size() == 5) time += ":00";
    auto of_day = Instant::parse("1970-01-01T" + time + "Z");
    if (!of_day) return wrong;
    return zone.to_instant({*date, of_day->us});
}

std::string moment_text(Instant at, Zone zone) {
    CivilTime local = zone.to_civil(at);
    std::string text = local.date.to_text();
    if (local.us_of_day == 0) return text;
    std::string time = Instant{local.us_of_day}.to_text().substr(10);
    time.pop_back();
    if (time.ends_with(":00")) time.resize(time.size() - 3);
    return text + time;
}

std::int64_t Words::number(std::string_view text) {
    std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    return value(parse_int(digits), text);
}

}  // namespace rb::testing::story
