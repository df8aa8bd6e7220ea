// SPDX-License-Identifier: GPL-3.0-or-later
/// The words of a story's enums, as they stand in answers and files.
#include "core/model/story.h"

namespace threadline {

std::string_view nameOf(SegmentKind kind)
{
    switch (kind) {
    case SegmentKind::Ivr: return "ivr";
    case SegmentKind::Queue: return "queue";
    case SegmentKind::Alert: return "alert";
    case SegmentKind::Talk: return "talk";
    case SegmentKind::Hold: return "hold";
    case SegmentKind::Consult: return "consult";
    case SegmentKind::Conference: return "conference";
    case SegmentKind::Acw: return "acw";
    case SegmentKind::Voicemail: return "voicemail";
    case SegmentKind::Parked: return "parked";
    case SegmentKind::Monitor: return "monitor";
    case SegmentKind::Unknown: break;
    }
    return "unknown";
}

std::string_view nameOf(LinkKind kind)
{
    switch (kind) {
    case LinkKind::BlindTransfer: return "blind-transfer";
    case LinkKind::ConsultTransfer: return "consult-transfer";
    case LinkKind::Consult: return "consult";
    case LinkKind::Conference: return "conference";
    case LinkKind::ConferenceTransfer: return "conference-transfer";
    case LinkKind::Callback: return "callback";
    case LinkKind::Reoffer: break;
    }
    return "reoffer";
}

std::string_view nameOf(Confidence confidence)
{
    switch (confidence) {
    case Confidence::Sure: return "sure";
    case Confidence::Likely: return "likely";
    case Confidence::Unknown: break;
    }
    return "unknown";
}

} // namespace threadline
