// SPDX-License-Identifier: GPL-3.0-or-later
/// Settings: flag, environment, configuration file (TOML), default, in this order; each value knows where it came from.
/// The file is read by core/base/settingsfile.h. Reading never touches a store or a network.
#pragma once

#include "core/base/result.h"
#include "core/base/time.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace threadline {

/// One setting that exists.
struct SettingSpec {
    std::string key;         ///< name in the file, and the flag without its dashes: "environment"
    std::string environment; ///< "GENESYS_ENVIRONMENT_URL"; NAME_FILE is read too where `secret`
    bool flag = true;        ///< may be given as --key (secrets may not)
    bool secret = false;
    std::string defaultValue;
    std::string help;
    /// Checks a value; what is wrong with it, or nothing.
    std::function<std::optional<std::string>(const std::string &)> check;
};

/// All settings of design section 9 that have a feature behind them.
[[nodiscard]] const std::vector<SettingSpec> &settingSpecs();

class Settings {
public:
    struct Value {
        std::string text;
        std::string source; ///< "flag --listen", "environment THREADLINE_LISTEN", "file PATH, line 3", "default"
    };
    struct Inputs {
        std::map<std::string, std::string> flags;       ///< key -> value
        std::map<std::string, std::string> environment; ///< all variables
        std::string configFile; ///< empty: none; must exist if it was named by flag or environment
        bool configFileNamed = false;
    };
    /// Errors: InvalidArgument naming the setting, where it came from and what is allowed.
    [[nodiscard]] static Result<Settings> read(const Inputs &inputs);
    [[nodiscard]] const Value &value(std::string_view key) const;
    [[nodiscard]] const std::string &text(std::string_view key) const { return value(key).text; }
    /// Each value with its source; secrets as "set" or "not set".
    [[nodiscard]] std::string print() const;
    /// Things to say once at start: a key that wins over a secret, TSDB_* not delivered yet, unknown names in the file.
    [[nodiscard]] const std::vector<std::string> &warnings() const { return m_warnings; }

private:
    std::map<std::string, Value, std::less<>> m_values;
    std::vector<std::string> m_warnings;
};

/// "127.0.0.1:3000", "[::1]:0", "localhost:3000" -> host and port. Errors: InvalidArgument.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
[[nodiscard]] Result<HostPort> parseHostPort(std::string_view text);
[[nodiscard]] bool isLoopback(std::string_view host);

} // namespace threadline
