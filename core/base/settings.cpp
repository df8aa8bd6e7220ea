// SPDX-License-Identifier: GPL-3.0-or-later
/// Reads the settings from their four places and says, for each, where it came from. Secrets are told to the log at once, so
/// that none can appear in a line; no message here repeats one.
#include "core/base/settings.h"

#include "core/base/log.h"
#include "core/base/settingsfile.h"
#include "core/base/smallfile.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

namespace threadline {
namespace {

using Value = Settings::Value;
using Values = std::map<std::string, Value, std::less<>>;

constexpr std::size_t kMaxFileBytes = 1u << 20;
constexpr std::size_t kMaxSecretBytes = 64u << 10;
constexpr std::size_t kMaxShown = 200;
constexpr std::size_t kLeastUser = 8; ///< a shorter one, alone in an address, is a name, and not a token

const SettingSpec *specOf(std::string_view key)
{
    const auto &specs = settingSpecs();
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const SettingSpec &s) { return s.key == key; });
    return found == specs.end() ? nullptr : &*found;
}

/// The query and fragment of an address, without their sign; empty if it is none or has none.
std::string_view behindAddress(std::string_view text)
{
    const std::size_t scheme = text.find("://");
    const std::size_t sign = scheme == std::string_view::npos ? scheme : text.find_first_of("?#", scheme);
    return sign == std::string_view::npos ? std::string_view() : text.substr(sign + 1);
}

/// What stands before the host of "scheme://user:password@host"; empty if there is nothing.
std::string_view userOf(std::string_view text)
{
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos)
        return {};
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const bool colon = authority.find(':') != std::string_view::npos;
    const std::size_t at = (colon ? rest : authority).rfind('@'); // a password that was not encoded may hold / and ?
    return at == std::string_view::npos ? std::string_view() : rest.substr(0, at);
}

/// What is secret of it: all behind the colon; a user alone may be a token.
std::string_view passwordIn(std::string_view text)
{
    const std::string_view user = userOf(text);
    const std::size_t colon = user.find(':');
    return colon == std::string_view::npos ? user : user.substr(colon + 1);
}

void hidePart(std::string &text, std::string_view (*part)(std::string_view))
{
    if (const std::string_view found = part(text); !found.empty())
        text.replace(static_cast<std::size_t>(found.data() - text.data()), found.size(), "***");
}

/// A value for people: nothing secret in an address, no control character, not endless.
std::string shown(std::string_view text)
{
    std::string out(text);
    hidePart(out, passwordIn);
    hidePart(out, behindAddress);
    out = log::masked(out);
    if (out.size() > kMaxShown)
        out = out.substr(0, kMaxShown) + "...";
    std::replace_if(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return out;
}

tl::unexpected<Error> wrong(std::string_view key, std::string_view source, std::string_view problem)
{
    return fail(ErrorCode::InvalidArgument,
                "The setting " + std::string(key) + " (" + std::string(source) + ") cannot be used: " + std::string(problem) + ".");
}

std::string trimmedEnd(std::string text)
{
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

// The configuration file

bool readableByOthers(const std::string &path)
{
    struct stat info = {};
    return stat(path.c_str(), &info) == 0 && (info.st_mode & 0077) != 0;
}

std::string place(const std::string &path, std::size_t line) { return "file " + path + ", line " + std::to_string(line); }

struct FileContent {
    Values values;
    std::vector<std::string> warnings;
};

/// Takes one line of the file; an unknown name is a warning, because another version may know it.
void takeLine(FileContent &out, const std::string &path, SettingsLine &&line)
{
    const std::string where = place(path, line.line);
    const SettingSpec *spec = specOf(line.name);
    if (!spec || line.name == "config") {
        out.warnings.push_back("There is no setting \"" + shown(line.name) + "\" (" + where + "); it is ignored. --help lists all.");
        return;
    }
    if (spec->secret && readableByOthers(path))
        out.warnings.push_back("The file " + path + " holds " + spec->key + " and other users may read it. Run: chmod 600 " + path);
    out.values[spec->key] = {std::move(line.text), where};
}

Result<FileContent> parseFile(const std::string &path, const std::string &text)
{
    auto lines = parseSettingsFile(text);
    if (!lines)
        return fail(ErrorCode::InvalidArgument, "The settings in " + place(path, lines.error().line) + " cannot be read: "
                    + lines.error().what + ". A line looks like: listen = \"127.0.0.1:3000\"");
    FileContent out;
    for (SettingsLine &line : *lines)
        takeLine(out, path, std::move(line));
    return out;
}

Result<FileContent> readConfig(const std::string &path, bool named)
{
    struct stat info = {};
    if (path.empty() || (!named && stat(path.c_str(), &info) != 0 && errno == ENOENT))
        return FileContent{};
    const Result<std::string> text = readSmallFile(path, kMaxFileBytes);
    if (!text)
        return fail(ErrorCode::InvalidArgument, "The configuration file " + path + " cannot be used: it " + text.error().message + ".");
    return parseFile(path, *text);
}

// The environment

const std::string *variable(const Settings::Inputs &inputs, const std::string &name)
{
    const auto found = inputs.environment.find(name);
    return found == inputs.environment.end() || found->second.empty() ? nullptr : &found->second;
}

Result<std::optional<Value>> fromEnvironment(const Settings::Inputs &inputs, const SettingSpec &spec)
{
    const std::string *direct = variable(inputs, spec.environment);
    const std::string *file = spec.secret ? variable(inputs, spec.environment + "_FILE") : nullptr;
    if (direct && file)
        return wrong(spec.key, "environment", spec.environment + " and " + spec.environment + "_FILE are both set; unset one");
    if (direct)
        return Value{*direct, "environment " + spec.environment};
    if (!file)
        return std::optional<Value>();
    const std::string source = "environment " + spec.environment + "_FILE";
    Result<std::string> text = readSmallFile(*file, kMaxSecretBytes);
    if (!text)
        return wrong(spec.key, source, "the file that it names " + text.error().message);
    std::string secret = trimmedEnd(std::move(*text));
    if (secret.empty())
        return wrong(spec.key, source, "the file that it names, " + *file + ", is empty");
    return Value{std::move(secret), source};
}

// Precedence

Result<> checkFlags(const Settings::Inputs &inputs)
{
    for (const auto &[key, text] : inputs.flags) {
        const SettingSpec *spec = specOf(key);
        if (!spec)
            return fail(ErrorCode::InvalidArgument, "There is no option --" + shown(key) + ". --help lists all.");
        if (!spec->flag)
            return wrong(key, "flag --" + key, "every user of this machine could read it there; set " + spec->environment
                         + (spec->secret ? " or " + spec->environment + "_FILE" : std::string()));
    }
    return {};
}

Result<Value> resolve(const Settings::Inputs &inputs, const Values &file, const SettingSpec &spec)
{
    if (const auto flag = inputs.flags.find(spec.key); flag != inputs.flags.end())
        return Value{flag->second, "flag --" + spec.key};
    Result<std::optional<Value>> environment = fromEnvironment(inputs, spec);
    if (!environment)
        return fail(environment.error());
    if (*environment)
        return std::move(**environment);
    if (const auto entry = file.find(spec.key); entry != file.end())
        return entry->second;
    return Value{spec.defaultValue, "default"};
}

Result<> checkValue(const SettingSpec &spec, const Value &value)
{
    const std::optional<std::string> problem = spec.check ? spec.check(value.text) : std::nullopt;
    if (!problem)
        return {};
    const std::string subject = spec.secret ? "it" : "\"" + shown(value.text) + "\"";
    return wrong(spec.key, value.source, subject + " " + *problem);
}

/// The values in a query: "a=1&b=2".
void hideQuery(std::string_view query)
{
    while (!query.empty()) {
        const std::size_t end = std::min(query.find_first_of("&;#"), query.size());
        const std::string_view part = query.substr(0, end);
        log::mask(part.substr(part.find('=') == std::string_view::npos ? 0 : part.find('=') + 1));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

void hideFromLog(const SettingSpec &spec, const Value &value)
{
    if (spec.key == "private-key") {
        const auto key = readSmallFile(value.text.substr(0, value.text.find('\0')), kMaxSecretBytes, FileKind::Regular);
        return log::mask(key ? *key : value.text); // the path is none
    }
    if (spec.secret) {
        const std::size_t colon = spec.key == "tsdb-token" ? value.text.find(':') : std::string::npos;
        if (colon != std::string::npos)
            log::mask(std::string_view(value.text).substr(colon + 1)); // of InfluxDB 1.x it is user:password
        return log::mask(value.text);
    }
    if (const std::string_view password = passwordIn(value.text); password != userOf(value.text) || password.size() >= kLeastUser)
        log::mask(password);
    hideQuery(behindAddress(value.text));
}

/// The configuration file's path: the caller's, else what --config or its variable names.
Result<FileContent> configOf(const Settings::Inputs &inputs, Values &values)
{
    const Result<Value> config = resolve(inputs, {}, *specOf("config"));
    if (!config)
        return fail(config.error());
    values["config"] = *config;
    const bool named = inputs.configFileNamed || config->source != "default";
    const std::string path = inputs.configFile.empty() ? config->text : inputs.configFile;
    values["config"].text = path;
    return readConfig(path, named && !path.empty());
}

bool given(const Values &values, std::string_view key)
{
    const auto found = values.find(key);
    return found != values.end() && !found->second.text.empty();
}

std::vector<std::string> togetherWarnings(const Values &values)
{
    std::vector<std::string> out;
    if (given(values, "private-key") && given(values, "client-secret"))
        out.push_back("Both a private key (" + values.at("private-key").source + ") and a client secret ("
                      + values.at("client-secret").source + ") are set: the private key is used.");
    if (!given(values, "tsdb-url") && (given(values, "tsdb-token") || given(values, "tsdb-org") || given(values, "tsdb-bucket")))
        out.push_back("Settings of InfluxDB are given, but no address (TSDB_URL): events are kept locally, and not delivered.");
    return out;
}

std::string printed(const SettingSpec &spec, const Value &value)
{
    if (spec.secret)
        return value.text.empty() ? "not set" : "set";
    return value.text.empty() ? "not set" : shown(value.text);
}

} // namespace

Result<Settings> Settings::read(const Inputs &inputs)
{
    if (Result<> flags = checkFlags(inputs); !flags)
        return fail(flags.error());
    Settings out;
    Result<FileContent> file = configOf(inputs, out.m_values);
    if (!file)
        return fail(file.error());
    for (const SettingSpec &spec : settingSpecs()) {
        if (spec.key == "config")
            continue;
        Result<Value> value = resolve(inputs, file->values, spec);
        if (!value)
            return fail(value.error());
        hideFromLog(spec, *value);
        out.m_values[spec.key] = std::move(*value);
    }
    for (const SettingSpec &spec : settingSpecs()) { // once all secrets are known: one may stand in the wrong place
        const Result<> checked = spec.key == "config" ? Result<>() : checkValue(spec, out.m_values[spec.key]);
        if (!checked)
            return fail(checked.error());
    }
    out.m_warnings = std::move(file->warnings);
    for (std::string &warning : togetherWarnings(out.m_values))
        out.m_warnings.push_back(std::move(warning));
    return out;
}

const Settings::Value &Settings::value(std::string_view key) const
{
    static const Value kNone;
    const auto found = m_values.find(key);
    return found == m_values.end() ? kNone : found->second;
}

std::string Settings::print() const
{
    std::string out;
    for (const SettingSpec &spec : settingSpecs()) {
        const Value &v = value(spec.key);
        out.append(spec.key).append(spec.key.size() < 16 ? 16 - spec.key.size() : 1, ' ');
        out.append(printed(spec, v)).append("  (").append(v.source.empty() ? "default" : v.source).append(")\n");
    }
    return out;
}

} // namespace threadline
