// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewchoices.h"

#include <QSettings>

#include <algorithm>

namespace threadline::ui {
namespace {

constexpr int kLargest = 16'384;  ///< pixels: no screen is wider
constexpr int kFarthest = 65'536; ///< nor so far from the first one

const QStringList kThemes{QStringLiteral("light"), QStringLiteral("dark"), QStringLiteral("contrast")};
const QStringList kDensities{QStringLiteral("compact"), QStringLiteral("normal"), QStringLiteral("comfortable")};
const QStringList kSorts{QStringLiteral("attention"), QStringLiteral("customer"), QStringLiteral("with")};
const QStringList kPages{QStringLiteral("now"), QStringLiteral("inspector")};
const QString kHeaderKeys[] = {QStringLiteral("window/floorHeader"), QStringLiteral("window/timelineHeader")};
const QString kDockKeys[] = {QStringLiteral("window/floorDocks"), QStringLiteral("window/timelineDocks")};

template<class Name>
std::optional<Name> nameIn(const QSettings &settings, const QString &key, const QStringList &names)
{
    const auto at = names.indexOf(settings.value(key).toString());
    return at < 0 ? std::nullopt : std::optional(static_cast<Name>(at));
}

template<class Name>
void keepName(QSettings &settings, const QString &key, const QStringList &names, std::optional<Name> name)
{
    if (name)
        settings.setValue(key, names[static_cast<int>(*name)]);
}

/// Only what is written for one or the other is one.
std::optional<bool> flag(const QString &text)
{
    return text == QLatin1String("true") ? std::optional(true) : text == QLatin1String("false") ? std::optional(false) : std::nullopt;
}
QString flagText(bool on) { return on ? QStringLiteral("true") : QStringLiteral("false"); }

/// 0: there is none between `least` and kLargest.
int length(const QSettings &settings, const QString &key, int least)
{
    bool number = false;
    const int value = settings.value(key).toString().toInt(&number);
    return number && value >= least && value <= kLargest ? value : 0;
}

std::optional<DockChoice> docks(const QSettings &settings, const QString &key)
{
    const QStringList parts = settings.value(key).toStringList();
    if (parts.size() != 4 || !kPages.contains(parts[3]))
        return std::nullopt;
    const auto wide = flag(parts[0]), narrow = flag(parts[1]), bottom = flag(parts[2]);
    return wide && narrow && bottom ? std::optional(DockChoice{{*wide, *narrow}, *bottom, parts[3]}) : std::nullopt;
}

} // namespace

ViewChoices readChoices(const QSettings &settings)
{
    ViewChoices out;
    out.theme = nameIn<ThemeName>(settings, QStringLiteral("window/theme"), kThemes);
    out.density = nameIn<Density>(settings, QStringLiteral("window/density"), kDensities);
    out.sort = nameIn<FloorSort>(settings, QStringLiteral("window/sort"), kSorts);
    out.legend = flag(settings.value(QStringLiteral("window/legend")).toString());
    out.utc = flag(settings.value(QStringLiteral("window/utc")).toString());
    out.rightWidth = length(settings, QStringLiteral("window/rightWidth"), 1);
    out.bottomHeight = length(settings, QStringLiteral("window/bottomHeight"), 1);
    for (std::size_t i = 0; i < 2; ++i) {
        out.docks[i] = docks(settings, kDockKeys[i]);
        out.headers[i] = length(settings, kHeaderKeys[i], kSmallestHeader);
    }
    return out;
}

void keepChoices(QSettings &settings, const ViewChoices &choices)
{
    keepName(settings, QStringLiteral("window/theme"), kThemes, choices.theme);
    keepName(settings, QStringLiteral("window/density"), kDensities, choices.density);
    keepName(settings, QStringLiteral("window/sort"), kSorts, choices.sort);
    if (choices.legend)
        settings.setValue(QStringLiteral("window/legend"), flagText(*choices.legend));
    if (choices.utc)
        settings.setValue(QStringLiteral("window/utc"), flagText(*choices.utc));
    settings.setValue(QStringLiteral("window/rightWidth"), choices.rightWidth);
    settings.setValue(QStringLiteral("window/bottomHeight"), choices.bottomHeight);
    for (std::size_t i = 0; i < 2; ++i) {
        settings.setValue(kHeaderKeys[i], choices.headers[i]);
        if (const std::optional<DockChoice> &docks = choices.docks[i])
            settings.setValue(kDockKeys[i], QStringList{flagText(docks->right[0]), flagText(docks->right[1]), flagText(docks->bottom), docks->page});
    }
}

WindowPlace readPlace(const QSettings &settings)
{
    WindowPlace out;
    out.maximised = flag(settings.value(QStringLiteral("window/maximised")).toString()).value_or(false);
    const QVariant value = settings.value(QStringLiteral("window/place"));
    if (value.typeId() != QMetaType::QRect)
        return out;
    // Its edges may be anything, and the differences of some are no numbers any more.
    int left = 0, top = 0, right = 0, bottom = 0;
    value.toRect().getCoords(&left, &top, &right, &bottom);
    const auto near = [](int edge) { return edge >= -kFarthest && edge <= kFarthest; };
    if (near(left) && near(top) && near(right) && near(bottom) && right >= left && bottom >= top && right - left < kLargest && bottom - top < kLargest)
        out.rect = QRect(QPoint(left, top), QPoint(right, bottom));
    return out;
}

void keepPlace(QSettings &settings, const QRect &rect, bool maximised)
{
    settings.setValue(QStringLiteral("window/place"), rect);
    settings.setValue(QStringLiteral("window/maximised"), maximised);
}

} // namespace threadline::ui
