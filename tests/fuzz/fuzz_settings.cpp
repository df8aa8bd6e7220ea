// SPDX-License-Identifier: GPL-3.0-or-later
/// Settings: the configuration file, values from the environment, addresses and times. No input makes a secret visible.
#include "core/base/log.h"
#include "core/base/settings.h"
#include "core/base/time.h"
#include "tests/fuzz/fuzz.h"

using namespace threadline;

namespace {

constexpr std::string_view kSecret = "kept-as-a-secret-0123456789";

void checkSettings(const Settings::Inputs &inputs)
{
    const Result<Settings> settings = Settings::read(inputs);
    if (!settings) {
        FUZZ_CHECK(settings.error().code == ErrorCode::InvalidArgument && !settings.error().message.empty());
        FUZZ_CHECK(settings.error().message.find(kSecret) == std::string::npos);
        return;
    }
    FUZZ_CHECK(settings->print().find(kSecret) == std::string::npos);
    for (const std::string &warning : settings->warnings())
        FUZZ_CHECK(warning.find(kSecret) == std::string::npos);
    for (const SettingSpec &spec : settingSpecs())
        FUZZ_CHECK(!spec.check || !spec.check(settings->text(spec.key)));
}

/// The file as it is, and with a secret in front, which must not come out again.
void fileOnly(std::string_view text)
{
    static fuzz::MemoryFile file;
    Settings::Inputs inputs;
    inputs.configFile = file.path();
    file.fill(text);
    checkSettings(inputs);
    file.fill("client-secret = \"" + std::string(kSecret) + "\"\n" + std::string(text));
    checkSettings(inputs);
}

void environmentOnly(std::string_view text)
{
    const auto &specs = settingSpecs();
    if (text.empty())
        return;
    const SettingSpec &spec = specs[static_cast<unsigned char>(text.front()) % specs.size()];
    Settings::Inputs inputs;
    if (!spec.secret && spec.key != "config" && spec.key != "ca-file") // no path of the machine that fuzzes
        inputs.environment[spec.environment] = std::string(text.substr(1));
    inputs.environment["THREADLINE_API_TOKEN"] = std::string(kSecret);
    checkSettings(inputs);
}

void addresses(std::string_view text)
{
    const Result<HostPort> where = parseHostPort(text);
    FUZZ_CHECK(!where || !where->host.empty());
    FUZZ_CHECK(!isLoopback(text) || text.size() <= 17);
}

void times(std::string_view text)
{
    const std::optional<Timestamp> time = parseTimestamp(text);
    if (!time)
        return;
    const std::string again = formatTimestamp(*time);
    FUZZ_CHECK(parseTimestamp(again) == time);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text = fuzz::textOf(data + 1, size - 1);
    if (text.find(kSecret) != std::string_view::npos) // the fuzzer guessed it, and shows what is shown of any text
        return 0;
    switch (data[0] % 4) {
    case 0: fileOnly(text); break;
    case 1: environmentOnly(text); break;
    case 2: addresses(text); break;
    default: times(text); break;
    }
    return 0;
}
