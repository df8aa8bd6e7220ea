// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/script.h"

#include <array>
#include <charconv>
#include <optional>

namespace threadline::sim {
namespace {

using Words = std::vector<std::string_view>;

struct Unit {
    std::string_view suffix;
    double micros;
};
constexpr Unit kUnits[] = {{"ms", 1e3}, {"m", 60e6}, {"h", 3600e6}, {"d", 86400e6}};

struct RoleName {
    std::string_view prefix;
    Role role;
};
constexpr RoleName kRoles[] = {{"customer", Role::Customer}, {"outside", Role::Outside}, {"ivr", Role::Ivr},
    {"workflow", Role::Workflow}, {"bot", Role::Bot}, {"queue", Role::Queue}, {"agent", Role::Agent}, {"user", Role::User},
    {"supervisor", Role::Supervisor}, {"voicemail", Role::Voicemail}, {"interaction", Role::Interaction}};

constexpr std::string_view kMedia[] = {"voice", "message", "email", "callback", "screenshare", "cobrowse", "chat", "video"};

bool isMedia(std::string_view word)
{
    for (const std::string_view media : kMedia) {
        if (media == word)
            return true;
    }
    return false;
}

Words split(std::string_view line)
{
    Words words;
    while (true) {
        const std::size_t from = line.find_first_not_of(' ');
        if (from == std::string_view::npos)
            return words;
        line.remove_prefix(from);
        const std::size_t size = std::min(line.find(' '), line.size());
        words.push_back(line.substr(0, size));
        line.remove_prefix(size);
    }
}

std::optional<std::int64_t> parseLength(std::string_view text)
{
    double factor = 1e6;
    for (const Unit &unit : kUnits) {
        if (text.size() > unit.suffix.size() && text.ends_with(unit.suffix)) {
            factor = unit.micros;
            text.remove_suffix(unit.suffix.size());
            break;
        }
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return static_cast<std::int64_t>(value * factor);
}

std::optional<Delay> parseDelay(std::string_view text)
{
    const std::size_t cut = text.find_first_of("~+");
    const auto base = parseLength(text.substr(0, cut));
    if (!base)
        return std::nullopt;
    if (cut == std::string_view::npos)
        return Delay{*base, 0, 0};
    const auto more = parseLength(text.substr(cut + 1));
    if (!more)
        return std::nullopt;
    return text[cut] == '~' ? Delay{*base, *more, 0} : Delay{*base, 0, *more};
}

class Parser {
public:
    Parser(const std::vector<Fragment> &fragments, Script &script) : m_fragments(fragments), m_script(script) {}

    Result<> lines(std::string_view text)
    {
        while (!text.empty()) {
            const std::size_t size = std::min(text.find('\n'), text.size());
            std::string_view line = text.substr(0, size);
            text.remove_prefix(std::min(size + 1, text.size()));
            line = line.substr(0, line.find('#'));
            if (const auto done = takeLine(line, split(line)); !done)
                return done;
        }
        return {};
    }

    [[nodiscard]] Result<> finish() const
    {
        if (!m_blocks.empty())
            return fail(ErrorCode::InvalidArgument, "A block of " + m_script.name + " has no end.");
        return {};
    }

private:
    Result<> takeLine(std::string_view line, Words words)
    {
        if (words.empty())
            return {};
        if (words[0] == "use" && words.size() == 2)
            return use(words[1]);
        if ((words[0] == "repeat" || words[0] == "maybe") && words.size() == 2)
            return openBlock(words);
        if (words[0] == "end")
            return closeBlock();
        return step(line, std::move(words));
    }

    [[nodiscard]] Result<> wrong(std::string_view line) const
    {
        return fail(ErrorCode::InvalidArgument, "Script " + m_script.name + ": cannot read \"" + std::string(line) + "\".");
    }

    Result<> use(std::string_view name)
    {
        for (const Fragment &fragment : m_fragments) {
            if (fragment.name == name)
                return lines(fragment.text);
        }
        return wrong(name);
    }

    Result<> openBlock(const Words &words)
    {
        Step block;
        block.what = words[0] == "repeat" ? Step::Do::Repeat : Step::Do::Maybe;
        const std::string_view range = words[1] == "otherwise" ? "-1" : words[1];
        const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), block.least);
        block.most = block.least;
        if (error == std::errc() && end != range.data() + range.size())
            std::from_chars(end + 1, range.data() + range.size(), block.most);
        if (error != std::errc() || block.most < block.least)
            return wrong(range);
        m_blocks.push_back(m_script.steps.size());
        m_script.steps.push_back(std::move(block));
        return {};
    }

    Result<> closeBlock()
    {
        if (m_blocks.empty())
            return wrong("end");
        m_script.steps[m_blocks.back()].end = m_script.steps.size();
        m_blocks.pop_back();
        return {};
    }

    Result<> step(std::string_view line, Words words)
    {
        Step next;
        next.aside = words[0] == "&";
        if (next.aside)
            words.erase(words.begin());
        if (words.size() < 3)
            return wrong(line);
        const auto delay = parseDelay(words[0]);
        const auto who = actor(words[1]);
        if (!delay || !who)
            return wrong(line);
        next.delay = *delay;
        next.actor = *who;
        words.erase(words.begin(), words.begin() + 2);
        if (words.size() > 2 && words[words.size() - 2] == "with") {
            const auto other = actor(words.back());
            if (!other)
                return wrong(line);
            next.with = *other;
            words.resize(words.size() - 2);
        }
        if (!action(words, next))
            return wrong(line);
        m_script.steps.push_back(std::move(next));
        return {};
    }

    static bool action(Words words, Step &step)
    {
        if (words[0] == "join")
            step.what = Step::Do::Join;
        else if (words[0] == "add")
            step.what = Step::Do::Add;
        else if (words[0] == "remove")
            step.what = Step::Do::Remove;
        else if (words[0] == "leave")
            step.what = Step::Do::Leave;
        if (step.what != Step::Do::State)
            words.erase(words.begin());
        if (!words.empty() && isMedia(words[0])) {
            step.media = words[0];
            words.erase(words.begin());
        }
        if (words.size() != 1)
            return false;
        step.state = words[0];
        return true;
    }

    /// The index of the actor that `word` names, who is made when named for the first time.
    std::optional<int> actor(std::string_view word)
    {
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        if (const int known = indexOf(name); known >= 0)
            return known;
        ActorSpec spec;
        spec.name = name;
        const auto role = roleOf(name);
        if (!role)
            return std::nullopt;
        spec.role = *role;
        if (equals != std::string_view::npos) {
            spec.which = word.substr(equals + 1);
            for (char &c : spec.which)
                c = c == '_' ? ' ' : c;
            spec.sameAs = indexOf(spec.which);
        }
        m_script.actors.push_back(std::move(spec));
        return static_cast<int>(m_script.actors.size()) - 1;
    }

    [[nodiscard]] int indexOf(std::string_view name) const
    {
        for (std::size_t i = 0; i < m_script.actors.size(); ++i) {
            if (m_script.actors[i].name == name)
                return static_cast<int>(i);
        }
        return -1;
    }

    static std::optional<Role> roleOf(std::string_view name)
    {
        for (const RoleName &entry : kRoles) {
            if (name.starts_with(entry.prefix))
                return entry.role;
        }
        return std::nullopt;
    }

    const std::vector<Fragment> &m_fragments;
    Script &m_script;
    std::vector<std::size_t> m_blocks;
};

} // namespace

Result<> parseScript(std::string_view text, const std::vector<Fragment> &fragments, Script &script)
{
    Parser parser(fragments, script);
    if (auto done = parser.lines(text); !done)
        return done;
    return parser.finish();
}

} // namespace threadline::sim
