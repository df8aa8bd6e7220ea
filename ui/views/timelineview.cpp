// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/timelineview.h"

#include "ui/models/ending.h"
#include "ui/models/timelinescene.h"
#include "ui/text/format.h"
#include "ui/views/controls.h"
#include "ui/views/notebar.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QPainter>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <cmath>

namespace threadline::ui {
namespace {

constexpr int kLongestProblem = 400;

constexpr int kSummaryHeight = 52;
constexpr int kFigureGap = 24;

/// Sum of the felt lane's segments of a kind.
Duration feltTime(const Story &story, SegmentKind kind, Timestamp now)
{
    Duration sum;
    for (const FeltSegment &felt : story.felt) {
        if (felt.kind == kind)
            sum = sum + std::max(felt.end.value_or(now) - felt.start, Duration{});
    }
    return sum;
}

/// From when the customer came until the customer had gone; what an agent writes down afterwards is not in it.
Duration lived(const Story &story, Timestamp now)
{
    if (story.felt.empty())
        return story.end.value_or(now) - story.start;
    return std::max(story.felt.back().end.value_or(now) - story.felt.front().start, Duration{});
}

/// "6:49", or what of it came after the customer had gone.
QString wholeText(const Story &story, Timestamp end)
{
    const Duration whole = end - story.start;
    const Duration with = lived(story, end);
    if (durationText(whole) == durationText(with))
        return durationText(whole);
    return TimelineView::tr("%1, %2 with the customer").arg(durationText(whole), durationText(with));
}

QString titleOf(const Story &story)
{
    const QString customer = story.customer.empty() ? shortId(story.interaction.value) : addressText(story.customer, 60);
    for (const FeltSegment &felt : story.felt) {
        if (felt.kind == SegmentKind::Queue && !felt.label.empty())
            return SummaryBar::tr("%1 to %2").arg(isolated(customer), isolated(foreign(felt.label, 40)));
    }
    return customer;
}

} // namespace

double SummaryBar::titleEnd(int header, double title, double free)
{
    const double least = header + 8;
    return std::max(least, std::min(title + 28, free));
}

SummaryBar::SummaryBar(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_copy(new FlatButton(FlatButton::Style::Icon, look, this)),
      m_fit(new QPushButton(tr("Fit  F"), this))
{
    setFixedHeight(kSummaryHeight);
    m_copy->setGlyph(Glyph::Copy);
    m_copy->setAccessibleName(tr("Copy the id of the interaction"));
    m_copy->setToolTip(tr("Copy the id"));
    m_fit->setFont(look.fonts().small);
    m_fit->setAutoDefault(true);
    m_fit->setToolTip(tr("Show all of the interaction"));
    connect(m_copy, &FlatButton::clicked, this, &SummaryBar::copyWanted);
    connect(m_fit, &QPushButton::clicked, this, &SummaryBar::fitWanted);
    connect(&look, &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void SummaryBar::setStory(const Story *story, Timestamp now, int header)
{
    m_header = header;
    m_figures.clear();
    m_title = story ? titleOf(*story) : QString();
    m_below.clear();
    if (story) {
        QStringList below{mediaName(story->media, {})};
        if (const QString direction = directionName(story->direction); !direction.isEmpty())
            below << direction;
        below << shortId(story->interaction.value);
        m_below = below.join(QStringLiteral(", "));
        const std::pair<SegmentKind, QString> shown[] = {
            {SegmentKind::Ivr, tr("IVR")},   {SegmentKind::Queue, tr("queue")}, {SegmentKind::Alert, tr("ringing")},
            {SegmentKind::Talk, tr("talk")}, {SegmentKind::Hold, tr("hold")},   {SegmentKind::Conference, tr("conference")}};
        for (const auto &[kind, caption] : shown) {
            if (const Duration sum = feltTime(*story, kind, now); sum.us > 0)
                m_figures.push_back({durationText(sum), caption});
        }
        const bool open = story->felt.empty() ? !story->end : !story->felt.back().end;
        m_figures.push_back({open && endUnknown(*story) ? tr("unknown") : durationText(lived(*story, now)), tr("in all")});
        m_figures.push_back(
            {numberText(story->figures.transfers), story->figures.transfers == 1 ? tr("transfer") : tr("transfers")});
        m_figures.push_back({numberText(story->figures.humanAnswers), tr("fresh human answers")});
    }
    const QString counted = tr("The times are sums of the row \"What the customer felt\": a queue there ends where an agent is rung, in its own row where "
                               "somebody answers. Parts of seconds are left off, each time by itself.");
    setToolTip(m_below.isEmpty() ? QString() : QStringList{m_title.toHtmlEscaped(), m_below.toHtmlEscaped(), counted.toHtmlEscaped()}.join(QStringLiteral("<br>")));
    place();
    update();
}

void SummaryBar::place()
{
    const QFontMetrics small(m_look.fonts().small);
    const int x = 12 + std::min(small.horizontalAdvance(m_below), m_header - 40) + 2;
    m_copy->setGeometry(x, 29, 20, 20);
    m_copy->setVisible(!m_below.isEmpty());
    const QSize size = m_fit->sizeHint();
    m_fit->setGeometry(width() - size.width() - 12, (height() - 28) / 2, size.width(), 28);
    m_fit->setVisible(!m_below.isEmpty());
}

void SummaryBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place();
}

void SummaryBar::paintEvent(QPaintEvent *)
{
    QPainter p(this);
    const Theme &theme = m_look.theme();
    p.fillRect(rect(), theme(Role::Panel));
    p.fillRect(0, height() - 1, width(), 1, theme(Role::Border));
    const auto text = [&](double x, int baseline, const QString &words, const QFont &font, Role role, int room) {
        p.setFont(font);
        p.setPen(theme(role));
        p.drawText(QPointF(x, baseline), elidedText(QFontMetricsF(font), words, room));
    };
    const QFontMetricsF value(m_look.fonts().title);
    const QFontMetricsF caption(m_look.fonts().small);
    const auto widthOf = [&](const Figure &figure) {
        return std::max(value.horizontalAdvance(figure.value), caption.horizontalAdvance(figure.caption));
    };
    double figures = 0;
    for (const Figure &figure : m_figures) {
        if (m_header + 8 + figures + widthOf(figure) > m_fit->x() - 12)
            break; // has no room in any case
        figures += std::ceil(widthOf(figure)) + kFigureGap;
    }
    // The figures begin where the plot does, or further right where they leave the title that room.
    const double begin = titleEnd(m_header, value.horizontalAdvance(m_title), m_fit->x() - 12 - figures);
    text(12, 22, m_title, m_look.fonts().title, Role::Text, static_cast<int>(begin) - 20 - 8);
    text(12, 42, m_below, m_look.fonts().small, Role::Text2, m_header - 40);
    double x = begin;
    for (const Figure &figure : m_figures) {
        const double wide = widthOf(figure);
        if (x + wide > m_fit->x() - 12)
            return;
        text(x, 22, figure.value, m_look.fonts().title, Role::Text, 400);
        text(x, 42, figure.caption, m_look.fonts().small, Role::Text2, 400);
        x += std::ceil(wide) + kFigureGap;
    }
}

TimelineView::TimelineView(Hub &hub, InteractionFeed &feed, Choice &choice, Appearance &look, QWidget *parent)
    : QWidget(parent), m_hub(hub), m_feed(feed), m_choice(choice), m_look(look), m_summary(new SummaryBar(look)),
      m_note(new NoteBar(look)), m_lanes(new LanesView(LanesView::Purpose::Timeline, look, hub.clock())), m_empty(new EmptyState(look))
{
    auto *full = new QWidget;
    auto *layout = new QVBoxLayout(full);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_summary);
    layout->addWidget(m_note);
    layout->addWidget(m_lanes, 1);
    m_stack = new QStackedLayout(this);
    m_stack->addWidget(full);
    m_stack->addWidget(m_empty);
    connect(&feed, &InteractionFeed::changed, this, &TimelineView::rebuild);
    connect(&hub, &Hub::bandsChanged, this, &TimelineView::rebuild);
    connect(&hub, &Hub::statusChanged, this, [this] {
        if (m_known != m_hub.knownUntil())
            rebuild();
    });
    connect(&choice, &Choice::selectionChanged, this, &TimelineView::follow);
    connect(m_lanes, &LanesView::chosen, this, [this](const Selection &selection) {
        if (const InteractionFeed::View &view = m_feed.view())
            m_choice.setSelection(withEvent(view->story, selection));
    });
    connect(m_lanes, &LanesView::expandWanted, this, &TimelineView::expand);
    connect(&look, &Appearance::headerChanged, this, [this] {
        if (const InteractionFeed::View &view = m_feed.view())
            m_summary->setStory(&view->story, m_lanes->counted(), m_lanes->headerWidth());
    });
    connect(m_lanes, &LanesView::copyWanted, this, &TimelineView::copyId);
    connect(m_empty, &EmptyState::acted, this, [this] {
        if (m_feed.problem() && m_feed.problem()->code != ErrorCode::NotFound)
            m_feed.retry();
        else
            Q_EMIT openWanted();
    });
    connect(m_summary, &SummaryBar::copyWanted, this, [this] { QGuiApplication::clipboard()->setText(qstr(m_feed.id().value)); });
    connect(m_summary, &SummaryBar::fitWanted, m_lanes, [this] { m_lanes->execute(LaneCommand::FitAll); });
    rebuild();
}

void TimelineView::rebuild()
{
    m_known = m_hub.knownUntil();
    const InteractionFeed::View &view = m_feed.view();
    m_stack->setCurrentIndex(view && !timesUnknown(view->story) ? 0 : 1);
    if (!view) {
        m_shown = {};
        return showAbsence();
    }
    const bool another = m_shown != m_feed.id();
    if (another) {
        m_shown = m_feed.id();
        m_collapsed.clear();
        m_lanes->navigator() = Navigator();
    }
    if (timesUnknown(view->story))
        return showTimeless();
    const bool ends = !endUnknown(view->story);
    m_lanes->setScene(timelineScene(ends ? view->story : concluded(view->story), m_hub.bands(), m_collapsed, m_hub.now(), m_hub.knownUntil(*view),
                                    m_hub.hasSource() && view->origin.local && ends));
    m_summary->setStory(&view->story, m_lanes->counted(), m_lanes->headerWidth());
    showOrigin(view->origin);
    follow();
}

/// Why there is no interaction, and what to do.
void TimelineView::showAbsence()
{
    if (const std::optional<Error> &problem = m_feed.problem()) {
        const QString why = foreign(problem->message, kLongestProblem);
        if (problem->code != ErrorCode::NotFound)
            return m_empty->setTexts(tr("The interaction cannot be shown."), why, tr("Try again"));
        const QString check = m_hub.status().delivery.state == DeliveryState::Off
            ? tr("Check the id. Only what this computer recorded is looked through: no shared store is set.")
            : tr("Check the id. What another computer records is found up to two minutes after it began.");
        return m_empty->setTexts(tr("Nothing is known of this id."), why + QLatin1Char('\n') + check, tr("Open another…"));
    }
    const bool coming = !m_feed.id().empty();
    m_empty->setTexts(coming ? tr("Reading the interaction.") : tr("No interaction is open."),
                      coming ? QString() : tr("Choose a lane on the floor and press Enter, or double-click it."));
}

/// It lies nowhere: an axis would tell of times that it does not have.
void TimelineView::showTimeless()
{
    m_lanes->setScene(std::make_shared<Scene>());
    m_empty->setTexts(tr("When it took place is not known."),
                      tr("No time in the record of this interaction can be read, and nothing else is heard of it. What its record says that cannot be stands "
                         "with the interaction. Correct the times in the file, and open it again."),
                      tr("Open another…"));
}

/// What the local store has is as always; all else is told.
void TimelineView::showOrigin(const Origin &origin)
{
    QStringList text;
    if (!origin.local)
        text << tr("Read from %1; the local store has nothing of it.").arg(foreign(origin.shared));
    else if (!origin.note.empty() && !origin.shared.empty())
        text << tr("Put together from %1.").arg(sourceText(origin));
    if (!origin.note.empty())
        text << foreign(origin.note, kLongestProblem);
    const Scene &scene = *m_lanes->scene();
    if (scene.focus && scene.beyond > 0)
        text << beyondText(scene, scene.beyond == 1 ? tr("1 leg goes") : tr("%1 legs go").arg(numberText(scene.beyond)), m_look.time());
    const bool complete = origin.note.empty();
    m_note->setNote(complete ? (origin.local && scene.focus ? Glyph::Info : Glyph::Store) : Glyph::Warn, complete ? Severity::Info : Severity::Warn, text.join(QLatin1Char(' ')));
}

void TimelineView::follow()
{
    const Selection &selection = m_choice.selection();
    if (selection == m_lanes->selection())
        return;
    m_lanes->setSelection(selection, !m_lanes->hasFocus());
}

void TimelineView::expand(const std::string &row, bool expanded)
{
    if (expanded)
        m_collapsed.erase(row);
    else
        m_collapsed.insert(row);
    rebuild();
}

void TimelineView::tick()
{
    const InteractionFeed::View &view = m_feed.view();
    if (view && !view->story.end)
        m_summary->setStory(&view->story, m_lanes->counted(), m_lanes->headerWidth());
}

void TimelineView::copyId()
{
    const Selection &selection = m_choice.selection();
    QGuiApplication::clipboard()->setText(qstr(selection.event.empty() ? m_feed.id().value : selection.event.value));
}

/// Since when, and up to when that is known.
QString TimelineView::openText(const Story &story) const
{
    if (timesUnknown(story))
        return tr("Its times are %1").arg(noEndText(story));
    if (endUnknown(story))
        return tr("Began %1, its end is %2").arg(m_look.time().moment(story.start, m_hub.now()), noEndText(story));
    const QString since = tr("Open since %1").arg(m_look.time().moment(story.start, m_hub.now()));
    const std::optional<Timestamp> known = m_lanes->scene()->knownUntil;
    return known ? tr("%1, as of %2").arg(since, m_look.time().moment(*known, m_hub.now())) : since;
}

QString TimelineView::stateText() const
{
    const InteractionFeed::View &view = m_feed.view();
    if (!view)
        return {};
    const Story &story = view->story;
    if (view->left > 0)
        return tr("Of %1 events the first %2 are shown; REST gives all").arg(numberText(view->count()), numberText(view->events.size()));
    const QString gaveUp = story.figures.abandoned ? tr("Abandoned after %1 of waiting. ").arg(durationText(story.figures.wait)) : QString();
    const QString state = gaveUp + (story.end ? tr("Ended %1, length %2").arg(m_look.time().moment(*story.end, m_hub.now()), wholeText(story, *story.end))
                                    : openText(story));
    if (const QString clock = futureNote(story.start, m_hub.now()); !clock.isEmpty())
        return tr("It %1").arg(clock);
    const QString from = view->origin.shared.empty() ? state : tr("%1. From %2").arg(state, sourceText(view->origin));
    return view->origin.note.empty() ? from : tr("%1. May be incomplete").arg(from);
}

} // namespace threadline::ui
