// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/timeline/storytext.h"

#include <QtGlobal>

#include <cmath>
#include <sstream>

namespace threadline::test {
namespace {

const char *purposeOf(char letter)
{
    switch (letter) {
    case 'c': return "customer";
    case 'o': return "external";
    case 'a': return "agent";
    case 'u': return "user";
    case 'q': return "acd";
    case 'i': return "ivr";
    case 'w': return "workflow";
    case 'b': return "bot";
    case 'v': return "voicemail";
    case 'm': return "monitor";
    default: return "";
    }
}

std::string typeOf(const std::string &verb)
{
    return verb == "join" ? "interaction-participant-joined"
        : verb == "add"   ? "interaction-media-channel-added"
        : verb == "up"    ? "interaction-updated"
        : verb == "rm"    ? "interaction-media-channel-removed"
        : verb == "left"  ? "interaction-participant-left"
                          : verb;
}

Timestamp at(double seconds) { return kZero + Duration::micros(std::llround(seconds * 1e6)); }

struct Line {
    Event event;
    std::uint64_t commit = 1;
    double got = -1;

    void set(const std::string &key, const std::string &value)
    {
        Facts &f = event.facts;
        if (key == "reason")
            f.disconnectType = value;
        else if (key == "peer")
            f.peer = value;
        else if (key == "user")
            f.userId = value;
        else if (key == "queue")
            f.queueId = value;
        else if (key == "qname")
            f.queueName = value;
        else if (key == "name")
            f.name = value;
        else if (key == "media")
            f.media = mediaFromName(value);
        else if (key == "dir")
            f.direction = directionFromName(value);
        else if (key == "link")
            f.linkedInteraction = value;
        else if (key == "purpose")
            f.purpose = purposeFromName(value);
        else if (key == "seq")
            event.sequence = std::stoll(value);
        else if (key == "got")
            got = std::stod(value);
        else if (key == "commit")
            commit = std::stoull(value);
        else
            qFatal("no such key: %s", key.c_str());
    }

    void setState(const std::string &name)
    {
        event.facts.state = stateFromName(name);
        event.facts.stateText = event.facts.state == State::Unknown ? name : std::string();
    }
};

std::string number(double value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

std::string seconds(Timestamp time) { return number(static_cast<double>((time - kZero).us) / 1e6); }

std::string span(Timestamp start, std::optional<Timestamp> end) { return seconds(start) + "-" + (end ? seconds(*end) : std::string("...")); }

std::string nameOfRow(const Story &story, int participant)
{
    return participant < 0 ? std::string("-") : story.participants[static_cast<std::size_t>(participant)].id.value;
}

} // namespace

std::vector<PlacedEvent> eventsOf(std::string_view lines)
{
    std::vector<PlacedEvent> events;
    std::istringstream all{std::string(lines)};
    for (std::string text; std::getline(all, text);) {
        std::istringstream in(text);
        double when = 0;
        std::string who, verb, word;
        if (!(in >> when >> who >> verb))
            continue;
        Line line;
        Event &e = line.event;
        e.interaction.value = "I";
        e.id.value = "e" + std::to_string(events.size() + 1);
        e.time = at(when);
        if (who != "-") {
            const std::size_t slash = who.find('/');
            e.participant.value = who.substr(0, slash);
            e.channel.value = slash == std::string::npos ? std::string() : who.substr(slash + 1);
            e.facts.purpose = purposeFromName(e.participant.empty() ? "" : purposeOf(who.front()));
            e.facts.name = e.participant.value;
        }
        e.type = typeOf(verb);
        e.kind = kindFromType(e.type);
        while (in >> word) {
            const std::size_t equals = word.find('=');
            if (equals == std::string::npos)
                line.setState(word);
            else
                line.set(word.substr(0, equals), word.substr(equals + 1));
        }
        e.received = line.got < 0 ? e.time : at(line.got);
        PlacedEvent placed;
        placed.commit = line.commit;
        placed.lamport = e.time.us;
        placed.event = std::make_shared<const Event>(std::move(e));
        events.push_back(std::move(placed));
    }
    return events;
}

std::string rowsOf(const Story &story)
{
    std::string out;
    for (const ParticipantRow &row : story.participants) {
        for (const ChannelRow &channel : row.channels) {
            out += row.id.value + "/" + channel.id.value;
            const char *separator = " ";
            for (const Segment &s : channel.segments) {
                out += separator + std::string(s.inferred ? "~" : "") + std::string(nameOf(s.kind)) + " " + span(s.start, s.end);
                out += s.disconnectReason.empty() ? "" : " [" + s.disconnectReason + "]";
                separator = " | ";
            }
            out += "\n";
        }
    }
    return out;
}

std::string feltOf(const Story &story)
{
    std::string out;
    for (const FeltSegment &s : story.felt) {
        out += out.empty() ? "" : " | ";
        out += std::string(nameOf(s.kind)) + " " + span(s.start, s.end);
        out += s.participant < 0 ? "" : " " + nameOfRow(story, s.participant);
    }
    return out;
}

std::string linksOf(const Story &story)
{
    std::string out;
    for (const Link &link : story.links) {
        out += std::string(nameOf(link.kind)) + " " + nameOfRow(story, link.from) + ">"
            + (link.otherInteraction.empty() ? nameOfRow(story, link.to) : "(" + link.otherInteraction.value + ")") + " "
            + seconds(link.time) + " " + std::string(nameOf(link.confidence)) + "\n";
    }
    return out;
}

std::string figuresOf(const Story &story)
{
    const Figures &f = story.figures;
    const auto length = [](Duration d) { return number(static_cast<double>(d.us) / 1e6); };
    return "wait " + length(f.wait) + " alert " + length(f.alert) + " talk " + length(f.talk) + " hold " + length(f.hold) + " acw "
        + length(f.acw) + " first " + (f.firstAnswer ? length(*f.firstAnswer) : std::string("-")) + " transfers "
        + std::to_string(f.transfers) + " answers " + std::to_string(f.humanAnswers) + (f.abandoned ? " abandoned" : "");
}

} // namespace threadline::test
