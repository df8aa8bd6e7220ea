// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/answers.h"

#include "core/base/json.h"

namespace threadline::api {
namespace {

void writeTime(json::Writer &w, std::string_view name, std::optional<Timestamp> time)
{
    w.key(name);
    if (time)
        w.value(std::string_view(formatTimestamp(*time)));
    else
        w.null();
}

void writeTexts(json::Writer &w, std::string_view name, const std::vector<std::string> &texts)
{
    w.key(name);
    w.beginArray();
    for (const std::string &text : texts)
        w.value(std::string_view(text));
    w.endArray();
}

void writeSummary(json::Writer &w, const Summary &summary)
{
    w.beginObject();
    w.member("interactionId", std::string_view(summary.interaction.value));
    w.member("state", nameOf(summary.state));
    writeTime(w, "start", summary.start);
    writeTime(w, "end", summary.end);
    writeTime(w, "lastEventAt", summary.lastEventAt);
    w.member("count", summary.count);
    writeTexts(w, "media", summary.media);
    writeTexts(w, "queues", summary.queues);
    writeTexts(w, "agents", summary.agents);
    w.member("customer", std::string_view(summary.customer));
    w.member("variants", summary.variants);
    w.member("source", summary.commit == 0 ? "shared" : "local");
    w.endObject();
}

void writeBand(json::Writer &w, const Band &band)
{
    w.beginObject();
    w.member("id", band.id);
    w.member("source", std::string_view(band.source));
    writeTime(w, "start", band.start);
    writeTime(w, "end", band.end);
    w.member("cause", nameOf(band.cause));
    w.member("state", nameOf(band.state));
    w.member("reason", std::string_view(band.reason));
    w.endObject();
}

} // namespace

std::string listBody(const ListPage &page)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.key("items");
    w.beginArray();
    for (const Summary &summary : page.items)
        writeSummary(w, summary);
    w.endArray();
    w.key("nextCursor");
    if (page.nextCursor.empty())
        w.null();
    else
        w.value(std::string_view(page.nextCursor));
    w.endObject();
    return out;
}

std::string gapsBody(const std::vector<Band> &bands)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.key("items");
    w.beginArray();
    for (const Band &band : bands)
        writeBand(w, band);
    w.endArray();
    w.endObject();
    return out;
}

std::vector<std::string> unreadiness(const Status &status)
{
    std::vector<std::string> reasons;
    if (!status.storeError.empty())
        reasons.push_back("store: " + status.storeError);
    switch (status.source) {
    case SourceState::Idle:
    case SourceState::Listening:
    case SourceState::Finished: break;
    case SourceState::Connecting:
    case SourceState::Waiting:
    case SourceState::HeldBack:
    case SourceState::Refused: {
        std::string reason = "source: " + std::string(nameOf(status.source));
        if (!status.sourceDetail.empty())
            reason += ": " + status.sourceDetail;
        reasons.push_back(std::move(reason));
    }
    }
    return reasons;
}

std::string readinessBody(const Status &status, const std::vector<std::string> &reasons)
{
    std::string out;
    json::Writer w(out);
    w.beginObject();
    w.member("ready", reasons.empty());
    w.member("source", nameOf(status.source));
    writeTexts(w, "reasons", reasons);
    if (!status.storeWarning.empty())
        w.member("storeWarning", status.storeWarning);
    if (status.delivery.state != DeliveryState::Off) {
        w.member("delivery", nameOf(status.delivery.state));
        if (!status.delivery.words.empty())
            w.member("deliveryReason", status.delivery.words);
        if (status.delivery.deadLetters > 0)
            w.member("deadLetters", status.delivery.deadLetters);
    }
    w.endObject();
    return out;
}

} // namespace threadline::api
