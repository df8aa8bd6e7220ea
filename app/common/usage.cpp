// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/usage.h"

#include "core/base/ascii.h"
#include "core/base/settings.h"

#include <algorithm>

namespace threadline::app {
namespace {

constexpr std::size_t kLongestName = 40;

/// "--name" of "--name=value", "-n" of "-nvalue"; empty where it is no option.
std::string optionOf(const std::string &argument)
{
    if (argument.size() < 2 || argument[0] != '-')
        return {};
    if (argument[1] != '-')
        return argument.substr(0, 2);
    const auto end = std::find_if_not(argument.begin() + 2, argument.end(), [](char c) { return ascii::isAlnum(c) || c == '-'; });
    const std::string name(argument.begin(), end);
    return name.size() > kLongestName || (end != argument.end() && *end != '=') ? "--..." : name;
}

/// Of a setting that is not taken here; empty for any other.
std::string refusedSetting(const std::string &name)
{
    for (const SettingSpec &spec : settingSpecs()) {
        if (!spec.flag && name == "--" + spec.key)
            return " " + name + " is none because every user of this machine could read its value; set " + spec.environment
                + (spec.secret ? " or " + spec.environment + "_FILE" : std::string()) + ".";
    }
    return {};
}

} // namespace

std::string notUnderstood(const std::vector<std::string> &arguments)
{
    std::string names, more;
    std::size_t words = 0;
    for (const std::string &argument : arguments) {
        const std::string name = optionOf(argument);
        words += name.empty() ? 1 : 0;
        if (name.empty() || names.find(name) != std::string::npos)
            continue;
        names += (names.empty() ? "" : ", ") + name;
        more += refusedSetting(name);
    }
    if (names.empty())
        return "There " + std::string(words == 1 ? "is a word" : "are words") + " on the command line that no command takes. --help lists all.";
    return "There is no option " + names + "." + more + " --help lists all.";
}

} // namespace threadline::app
