// SPDX-License-Identifier: GPL-3.0-or-later
/// Reading and writing JSON text. Everything works on *minified, validated* text and hands out slices of it, because what
/// Threadline promises to keep is the text itself ("data as received, only insignificant white space removed").
/// simdjson does the work and is named in json.cpp alone.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline::json {

/// Deepest nesting accepted; beyond it a text is refused as Malformed.
inline constexpr int kMaxDepth = 256;

/// What a raw value is, told from its first character.
enum class Type { Object, Array, String, Number, Bool, Null };

/// One member of an object: its unescaped name and the raw text of its value.
struct Member {
    std::string_view name;
    std::string_view value;
};

/// Walks forward through validated, minified text in one pass, without copying. Over any other text it ends early or hands
/// out nonsense slices, but never leaves the text.
///   Cursor c(text); if (c.enterObject()) { std::string_view name; while (c.nextMember(name)) use(name, c.skipValue()); }
class Cursor {
public:
    explicit Cursor(std::string_view text) : m_at(text.data()), m_end(text.data() + text.size()) {}
    /// Steps into the object (array) that stands here; false, and nothing done, if another value does.
    bool enterObject() { return enter('{'); }
    bool enterArray() { return enter('['); }
    /// To the value of the next member; its name is raw (see unescapeName). False, and past the bracket, at the end.
    bool nextMember(std::string_view &name);
    /// To the next element; false, and past the bracket, at the end.
    bool nextElement();
    /// Past the value that stands here; returns its raw text.
    std::string_view skipValue();
    [[nodiscard]] const char *position() const { return m_at; }

private:
    bool enter(char bracket);
    [[nodiscard]] const char *behindString(const char *at) const;

    const char *m_at;
    const char *m_end;
};

/// A member's name as it reads, from the raw one.
[[nodiscard]] std::string unescapeName(std::string_view rawName);

/// Validates and slices JSON. Keeps its buffers between calls; one a thread.
/// A `string_view` it returns points into the text that was given, or (a name with escapes) into the reader, and lives
/// until the next `prepare`.
class Reader {
public:
    Reader();
    ~Reader();
    Reader(Reader &&) noexcept;
    Reader &operator=(Reader &&) noexcept;

    /// Validates `text` wholly (syntax, UTF-8, depth) and returns it minified, in a buffer of this reader that the slices
    /// below may point into, until the next prepare(). A lone surrogate escape is let through: it is what was received.
    /// Errors: Malformed, with what is wrong.
    [[nodiscard]] Result<std::string_view> prepare(std::string_view text);

    /// Whether the prepared text had an escape that is half of a surrogate pair.
    [[nodiscard]] bool hadLoneSurrogate() const;

    /// The members of the object `raw`, in order, duplicates included. `raw` must be a slice of prepared text.
    /// Appends nothing and returns false if it is not an object.
    bool members(std::string_view raw, std::vector<Member> &out);
    /// The elements of the array `raw`; as above.
    bool elements(std::string_view raw, std::vector<std::string_view> &out);

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

/// Whether `raw` holds an escape that is half of a surrogate pair.
[[nodiscard]] bool hasLoneSurrogate(std::string_view raw);

/// For a text that is no JSON as a whole: the elements of the array that follows `"name":` on the first level, found by
/// matching brackets alone, so that one malformed element does not take the others with it. Empty if there is none.
[[nodiscard]] std::vector<std::string_view> salvageElements(std::string_view text, std::string_view name);

/// A text that prepare() refuses, with what some tools write rewritten as JSON: NaN, Infinity, undefined and None as null, True and False,
/// commas before a closing bracket, controls within strings. It may be no JSON still.
[[nodiscard]] std::string mended(std::string_view text);

[[nodiscard]] Type typeOf(std::string_view raw);
/// The string that a raw value holds, unescaped; nothing if it is no string. A lone surrogate becomes U+FFFD.
[[nodiscard]] std::optional<std::string> stringOf(std::string_view raw);
/// The same without a copy where there is no escape; `scratch` holds it otherwise.
[[nodiscard]] std::optional<std::string_view> stringOf(std::string_view raw, std::string &scratch);
/// The integer that a raw value holds: an optional minus and digits, within 64 bits; nothing otherwise (1.0 and 1e3 too).
[[nodiscard]] std::optional<std::int64_t> intOf(std::string_view raw);
[[nodiscard]] std::optional<double> doubleOf(std::string_view raw);
[[nodiscard]] std::optional<bool> boolOf(std::string_view raw);

/// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void appendString(std::string &out, std::string_view text);

/// `out` becomes a JSON array of strings.
void writeStrings(std::string &out, const std::vector<std::string> &items);
/// The strings of an array that writeStrings() made; of any other text as many as can be found.
[[nodiscard]] std::vector<std::string> readStrings(std::string_view array);

/// Writes JSON into a string, commas and all. Nesting is the caller's business.
///   Writer w(out); w.beginObject(); w.member("count", 3); w.key("items"); w.beginArray(); ... w.endArray(); w.endObject();
class Writer {
public:
    explicit Writer(std::string &out) : m_out(out) {}
    void beginObject() { open('{'); }
    void endObject() { close('}'); }
    void beginArray() { open('['); }
    void endArray() { close(']'); }
    void key(std::string_view name);
    void value(std::string_view text);
    void value(const char *text) { value(std::string_view(text)); }
    void value(std::int64_t number);
    void value(std::uint64_t number);
    void value(int number) { value(static_cast<std::int64_t>(number)); }
    void value(double number);
    void value(bool flag);
    void null();
    /// A value that is JSON already.
    void raw(std::string_view json);
    template<class T>
    void member(std::string_view name, const T &v)
    {
        key(name);
        value(v);
    }

private:
    void open(char c);
    void close(char c);
    void separate();

    std::string &m_out;
    bool m_first = true;
    bool m_afterKey = false;
};

} // namespace threadline::json
