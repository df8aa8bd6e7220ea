// SPDX-License-Identifier: GPL-3.0-or-later
/// Questions to the database, in the language that it answers: which events an interaction has, where it lies in time, which
/// interactions there are. Whatever comes from outside goes as a bound value, never into the text. Pure; any thread.
#pragma once

#include "core/influx/answers.h"
#include "core/influx/target.h"
#include "core/model/history.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace threadline::influx {

enum class Language : std::uint8_t {
    InfluxQl, ///< 1.x, 2.x, 3
    Flux,     ///< 2.x
    Sql,      ///< 3
};
/// What the product is asked in first.
[[nodiscard]] Language languageOf(Product product);
/// What else it understands, where the first one finds no way to the bucket (2.x without a mapping for InfluxQL).
[[nodiscard]] std::optional<Language> otherLanguage(Product product);

/// Nanoseconds, from `from` (inclusive) to `to` (exclusive).
struct Span {
    std::int64_t from = std::numeric_limits<std::int64_t>::min() + 2;
    std::int64_t to = std::numeric_limits<std::int64_t>::max() - 1;
};

struct Question {
    Request request;
    std::string body; ///< posted
    Language language = Language::InfluxQl;
};

/// Asks one target in one language.
class Questions {
public:
    Questions(Target target, Product product, Language language)
        : m_target(std::move(target)), m_product(product), m_language(language)
    {
    }
    [[nodiscard]] Language language() const { return m_language; }
    /// Rows for eventOf(), by time.
    [[nodiscard]] Question eventsOf(std::string_view interaction, Span span) const;
    [[nodiscard]] Question eventsBetween(Span span) const;
    /// The first event at or after `from`: rows for eventOf(), at most one.
    [[nodiscard]] Question firstEvent(std::int64_t from) const;
    /// Rows for locatorOf().
    [[nodiscard]] Question locator(std::string_view interaction) const;
    /// Rows for summaryOf(), the latest start first; of those at `query.behind` all.
    [[nodiscard]] Question index(const HistoryQuery &query) const;

private:
    struct Ask;
    [[nodiscard]] Question make(const Ask &ask) const;
    [[nodiscard]] Question influxQl(const Ask &ask) const;
    [[nodiscard]] Question flux(const Ask &ask) const;
    [[nodiscard]] Question sql(const Ask &ask) const;

    Target m_target;
    Product m_product;
    Language m_language;
};

/// Whether a server's words say that it has no such database or bucket.
[[nodiscard]] bool namesNoBucket(std::string_view words);

/// Whether an answer other than 200 says no more than that nothing was written yet: SQL of 3 knows a table only from its first row.
[[nodiscard]] bool saysNothingThere(const HttpReply &reply, Language language);

/// Why a question was not answered with 200: what happened, why, what to do. NotFound: there is no such bucket for this language.
[[nodiscard]] Error questionFailed(const HttpReply &reply, const Target &target);
/// The same for a 200 that RowReader gave this error for.
[[nodiscard]] Error answerFailed(Error error, const Target &target);

} // namespace threadline::influx
