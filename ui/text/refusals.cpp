// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/refusals.h"

#include "ui/text/format.h"

#include <QCoreApplication>

#include <utility>

namespace threadline::ui {

QString refusalName(std::string_view reason)
{
    static constexpr std::pair<std::string_view, const char *> kNames[] = {
        {"malformed", QT_TRANSLATE_NOOP("Refusal", "Not readable")},
        {"too-large", QT_TRANSLATE_NOOP("Refusal", "Message too large")},
        {"binary", QT_TRANSLATE_NOOP("Refusal", "Binary message")},
        {"not-an-object", QT_TRANSLATE_NOOP("Refusal", "No event")},
        {"bad-id", QT_TRANSLATE_NOOP("Refusal", "Unusable id")},
        {"no-timestamp", QT_TRANSLATE_NOOP("Refusal", "No time")},
        {"bad-timestamp", QT_TRANSLATE_NOOP("Refusal", "Unreadable time")},
        {"time-out-of-range", QT_TRANSLATE_NOOP("Refusal", "Time before 2000 or after 2199")},
        {"bad-type", QT_TRANSLATE_NOOP("Refusal", "No type")},
        {"bad-data", QT_TRANSLATE_NOOP("Refusal", "No data")},
        {"bad-interaction", QT_TRANSLATE_NOOP("Refusal", "Names no interaction")},
        {"id-too-long", QT_TRANSLATE_NOOP("Refusal", "Id too long")},
        {"type-too-long", QT_TRANSLATE_NOOP("Refusal", "Type too long")},
        {"deleted", QT_TRANSLATE_NOOP("Refusal", "Interaction deleted meanwhile")},
        {"interaction-too-large", QT_TRANSLATE_NOOP("Refusal", "Interaction has too many events")},
        {"too-many-unattached", QT_TRANSLATE_NOOP("Refusal", "Too many name no interaction")},
    };
    for (const auto &[word, name] : kNames) {
        if (word == reason)
            return QCoreApplication::translate("Refusal", name);
    }
    return foreign(reason);
}

} // namespace threadline::ui
