// SPDX-License-Identifier: GPL-3.0-or-later
/// The log: one line an event, on standard error, with no secret in any. Any thread.
///   2026-05-06T10:44:54.118Z warning streaming: closed by the server (1006). Trying again in 0.8 s.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace threadline::log {

enum class Level { Debug, Info, Warning, Error };

/// Lines below `level` are left out. Default: Info.
void setLevel(Level level);
[[nodiscard]] std::optional<Level> levelFromName(std::string_view name);

/// `text` never appears in any later line again, nor its percent-encoded or JSON form, nor base64 that holds it: it is replaced by
/// "***". For secrets that are set or typed, as soon as they are read. Texts shorter than 4 bytes are not masked. See secrets.h.
void mask(std::string_view text);
/// The same for a token that a server gave and will replace by another: the newest kTokensKept of them.
void maskToken(std::string_view text);
/// `text` with all of these replaced, as well as passwords in addresses and parameters of a query that are called as a token is.
[[nodiscard]] std::string masked(std::string_view text);

/// `area` is the folder or part that speaks: "streaming", "store", "rest".
void write(Level level, std::string_view area, std::string_view message);
inline void debug(std::string_view area, std::string_view message) { write(Level::Debug, area, message); }
inline void info(std::string_view area, std::string_view message) { write(Level::Info, area, message); }
inline void warning(std::string_view area, std::string_view message) { write(Level::Warning, area, message); }
inline void error(std::string_view area, std::string_view message) { write(Level::Error, area, message); }

/// Where lines go instead of standard error, for tests; an empty function restores it.
void setSink(std::function<void(Level, std::string_view line)> sink);

} // namespace threadline::log
