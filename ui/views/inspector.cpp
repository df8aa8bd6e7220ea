// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/inspector.h"

#include "ui/models/ending.h"
#include "ui/models/eventsmodel.h"
#include "ui/text/format.h"
#include "ui/text/prettyjson.h"
#include "ui/views/controls.h"
#include "ui/views/legend.h"

#include <QClipboard>
#include <QGridLayout>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <tuple>

namespace threadline::ui {
namespace {

constexpr int kNameWidth = 116;
constexpr int kLongestAbsence = 400;

QString clean(const std::string &text) { return foreign(text, 100'000); }

/// Since when what still goes on and is of one of these kinds does: of the customer, and of wrap-up anybody's.
std::vector<Timestamp> openSince(const Story &story, const std::vector<SegmentKind> &kinds)
{
    std::vector<Timestamp> out;
    const auto wanted = [&](SegmentKind kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
    if (!story.felt.empty() && !story.felt.back().end && wanted(story.felt.back().kind))
        out.push_back(story.felt.back().start);
    for (const ParticipantRow &participant : story.participants) {
        for (const ChannelRow &channel : participant.channels) {
            for (const Segment &segment : channel.segments) {
                if (segment.kind == SegmentKind::Acw && !segment.end && wanted(segment.kind))
                    out.push_back(segment.start);
            }
        }
    }
    return out;
}

FlatButton *copyButton(const Appearance &look, const QString &what, const QString &text)
{
    auto *button = new FlatButton(FlatButton::Style::Icon, look);
    button->setGlyph(Glyph::Copy);
    button->setToolTip(Inspector::tr("Copy"));
    button->setAccessibleName(Inspector::tr("Copy %1").arg(what));
    QObject::connect(button, &FlatButton::clicked, button, [text] { QGuiApplication::clipboard()->setText(text); });
    return button;
}

/// What is copied of it, and what a screen reader says.
void tell(QLabel &label, const QString &name, const QString &value)
{
    label.setProperty("value", value);
    label.setAccessibleName(name + QStringLiteral(": ") + value);
}

/// "Agent One to Agent Two"; one alone where the other is not known.
QString linkedText(const Story &story, const Link &link)
{
    const auto named = [&story](int index) {
        return index >= 0 && index < static_cast<int>(story.participants.size()) ? participantLabel(story, static_cast<std::size_t>(index)) : QString();
    };
    const QString from = named(link.from);
    const QString to = link.to < 0 ? shortId(link.otherInteraction.value) : named(link.to);
    if (from.isEmpty() || to.isEmpty() || link.from == link.to)
        return to.isEmpty() ? from : to;
    return Inspector::tr("%1 to %2").arg(isolated(from), isolated(to));
}

} // namespace

Inspector::Inspector(const Hub &hub, const InteractionFeed &feed, const Choice &choice, const Appearance &look, QWidget *parent)
    : QScrollArea(parent), m_hub(hub), m_feed(feed), m_choice(choice), m_look(look)
{
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // Several changes of one turn of the event loop are one rebuild.
    m_later.setSingleShot(true);
    m_later.setInterval(0);
    connect(&m_later, &QTimer::timeout, this, &Inspector::rebuild);
    const auto later = [this] { m_later.start(); };
    connect(&feed, &InteractionFeed::changed, this, later);
    connect(&choice, &Choice::selectionChanged, this, later);
    connect(&look, &Appearance::changed, this, [this] {
        m_kit.reset();
        rebuild();
    });
    rebuild();
}

void Inspector::rebuild()
{
    const int position = verticalScrollBar()->value();
    auto *content = new QWidget;
    content->setAttribute(Qt::WA_StyledBackground);
    content->setProperty("ground", "panel");
    m_layout = new QVBoxLayout(content);
    m_layout->setContentsMargins(12, 12, 12, 12);
    m_layout->setSpacing(6);
    m_fields = nullptr;
    m_text.clear();
    m_running.clear();
    const InteractionFeed::View &view = m_feed.view();
    if (!view) {
        showNothing();
    } else {
        const Selection &selection = m_choice.selection();
        const SegmentRef ref = findSegment(view->story, selection);
        const int event = selection.event.empty() ? -1 : indexOf(*view, selection.event);
        if (ref)
            showSegment(*view, ref, selection);
        else if (event >= 0)
            showEvent(*view, event);
        else
            showInteraction(*view);
    }
    m_layout->addStretch();
    setWidget(content);
    verticalScrollBar()->setValue(position);
}

void Inspector::showNothing()
{
    const bool coming = !m_feed.id().empty();
    const QString problem = m_feed.problem() ? foreign(m_feed.problem()->message, kLongestAbsence) : QString();
    QLabel *label =
        makeLabel(!problem.isEmpty() ? problem : coming ? tr("Reading the interaction.") : tr("Nothing is chosen. Choose a lane, a segment or an event."),
                  m_look.fonts().table, "2");
    label->setWordWrap(true);
    m_layout->addWidget(label);
    m_text << label->text();
}

QMenu *Inspector::makeMenu(const QString &value)
{
    auto *menu = new QMenu(this);
    const auto copy = [menu](const QString &title, const QString &text) {
        QObject::connect(menu->addAction(title), &QAction::triggered, menu, [text] { QGuiApplication::clipboard()->setText(text); });
    };
    if (!value.isEmpty())
        copy(tr("Co&py the value"), value);
    copy(tr("Copy &everything shown"), text());
    return menu;
}

void Inspector::contextMenuEvent(QContextMenuEvent *event)
{
    const bool key = event->reason() == QContextMenuEvent::Keyboard;
    const QWidget *under = key ? focusWidget() : childAt(mapFromGlobal(event->globalPos()));
    QMenu *menu = makeMenu(under ? under->property("value").toString() : QString());
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(key ? mapToGlobal(QPoint(12, 12)) : event->globalPos());
}

void Inspector::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F10 && event->modifiers() == Qt::ShiftModifier) {
        QContextMenuEvent menu(QContextMenuEvent::Keyboard, {}, mapToGlobal(QPoint()));
        return contextMenuEvent(&menu);
    }
    QScrollArea::keyPressEvent(event);
}

Timestamp Inspector::counted() const
{
    const InteractionFeed::View &view = m_feed.view();
    return view ? m_hub.counted(*view) : m_hub.counted();
}

void Inspector::tick()
{
    for (const Running &running : m_running) {
        const QString words = running.words(counted());
        running.label->setText(words);
        if (running.label->property("value").isValid())
            tell(*running.label, running.before, words);
        m_text[running.line] = running.before + QLatin1Char('\t') + words;
    }
}

/// Title at the left, what grows at the right, a line of less weight below.
QLabel *Inspector::headLine(QHBoxLayout *line, const QString &title, const Words &right, const QString &below)
{
    QLabel *name = makeLabel(breakable(title), m_look.fonts().title);
    name->setWordWrap(true);
    line->addWidget(name, 1);
    QLabel *length = makeLabel(right(counted()), m_look.fonts().title);
    line->addWidget(length);
    m_layout->addLayout(line);
    QLabel *sub = makeLabel(below, m_look.fonts().table, "2");
    sub->setWordWrap(true);
    m_layout->addWidget(sub);
    m_running.push_back({length, m_text.size(), title, right});
    m_text << title + QLatin1Char('\t') + length->text() << below;
    return name;
}

void Inspector::runningField(const QString &name, const Words &value)
{
    field(name, value(counted()));
    if (m_text.isEmpty() || !m_text.last().startsWith(name + QLatin1Char('\t')))
        return; // there is nothing of it
    auto *label = qobject_cast<QLabel *>(m_fields->itemAtPosition(m_fields->rowCount() - 1, 1)->widget());
    m_running.push_back({label, m_text.size() - 1, name, value});
}

void Inspector::head(Glyph glyph, const QString &title, const Words &right, const QString &below)
{
    auto *line = new QHBoxLayout;
    if (glyph != Glyph::None) {
        line->addWidget(new GlyphLabel(glyph, Role::Text2, m_look, 16));
    }
    headLine(line, title, right, below);
}

void Inspector::segmentHead(SegmentKind kind, const Words &right, const QString &below)
{
    if (!m_kit)
        m_kit = std::make_unique<PaintKit>(m_look, devicePixelRatioF());
    QPixmap sample(QSize(23, 20) * devicePixelRatioF());
    sample.setDevicePixelRatio(devicePixelRatioF());
    sample.fill(Qt::transparent);
    QPainter painter(&sample);
    paintSample(painter, *m_kit, kind, QRect(0, 1, 22, m_look.metrics().laneSegment));
    painter.end();
    auto *line = new QHBoxLayout;
    auto *icon = new QLabel;
    icon->setPixmap(sample);
    line->addWidget(icon);
    line->addSpacing(4);
    headLine(line, stateName(kind), right, below);
}

void Inspector::section(const QString &title, const QString &copyAll)
{
    m_layout->addSpacing(4);
    m_layout->addWidget(makeRule());
    auto *line = new QHBoxLayout;
    line->addWidget(makeLabel(title, m_look.fonts().heading));
    line->addStretch();
    if (!copyAll.isEmpty()) {
        auto *copy = new FlatButton(FlatButton::Style::Link, m_look);
        copy->setText(tr("Copy"));
        copy->setAccessibleName(tr("Copy %1").arg(title));
        connect(copy, &FlatButton::clicked, copy, [copyAll] { QGuiApplication::clipboard()->setText(copyAll); });
        line->addWidget(copy);
    }
    m_layout->addLayout(line);
    m_fields = nullptr;
    m_text << title;
}

void Inspector::field(const QString &name, const QString &value, const char *ink)
{
    if (value.isEmpty())
        return;
    if (!m_fields) {
        m_fields = new QGridLayout;
        m_fields->setColumnMinimumWidth(0, kNameWidth);
        m_fields->setColumnStretch(1, 1);
        m_fields->setVerticalSpacing(5);
        m_fields->setHorizontalSpacing(0);
        m_layout->addLayout(m_fields);
    }
    const int row = m_fields->rowCount();
    m_fields->addWidget(makeLabel(name, m_look.fonts().table, "2"), row, 0, Qt::AlignTop);
    QLabel *label = makeLabel(breakable(value), m_look.fonts().table, ink);
    label->setWordWrap(true);
    label->setContextMenuPolicy(Qt::NoContextMenu); // the inspector's own
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    tell(*label, name, value);
    m_fields->addWidget(label, row, 1);
    m_text << name + QLatin1Char('\t') + value;
}

void Inspector::idField(const QString &name, const std::string &id)
{
    if (id.empty())
        return;
    field(name, id.size() <= 26 ? clean(id) : middleElided(clean(id), 26));
    const int row = m_fields->rowCount() - 1;
    auto *label = qobject_cast<QLabel *>(m_fields->itemAtPosition(row, 1)->widget());
    label->setFont(m_look.fonts().fixed);
    label->setToolTip(clean(id));
    label->setProperty("value", qstr(id));
    label->setText(middleElided(clean(id), 26));
    m_fields->addWidget(copyButton(m_look, name, qstr(id)), row, 2);
    m_text.last() = name + QLatin1Char('\t') + clean(id);
}

void Inspector::known(const QString &name, const InteractionView &view, const EventId &event, Provenance provenance)
{
    const int index = event.empty() ? -1 : indexOf(view, event);
    QString text = provenance == Provenance::Live ? tr("live event") : tr("event, %1").arg(provenanceName(provenance));
    if (index >= 0 && view.events[static_cast<std::size_t>(index)]->sequence)
        text += tr(", seq. %1").arg(*view.events[static_cast<std::size_t>(index)]->sequence);
    else if (index < 0)
        text = tr("concluded; %1").arg(provenanceName(provenance));
    field(name, text, provenance == Provenance::Backfill ? "backfilled" : "");
}

void Inspector::showSegment(const InteractionView &view, const SegmentRef &ref, const Selection &selection)
{
    const TimeText &time = m_look.time();
    // Of the customer's own row both are there: what it did, and the segment of its leg that this is a part of.
    const SegmentKind kind = ref.felt ? ref.felt->kind : ref.segment->kind;
    const Timestamp start = ref.felt ? ref.felt->start : ref.segment->start;
    const std::optional<Timestamp> end = ref.felt ? ref.felt->end : ref.segment->end;
    QStringList who;
    if (ref.participant)
        who << participantLabel(view.story, static_cast<std::size_t>(ref.participant - view.story.participants.data()));
    who << (ref.channel ? mediaName(ref.channel->media, ref.channel->mediaText) : tr("what the customer felt"));
    segmentHead(kind, [start, end, unknown = !end && endUnknown(view.story)](Timestamp now) {
        return unknown ? tr("unknown") : durationText(end.value_or(now) - start);
    }, who.join(QStringLiteral(", ")));
    field(tr("Start"), time.full(start));
    field(tr("Clock"), futureNote(start, m_hub.now()), "warn");
    field(tr("End"), end ? time.full(*end) : noEndText(view.story));
    field(tr("Label"), addressText(ref.felt ? ref.felt->label : ref.segment->label));
    if (ref.segment && ref.felt)
        field(tr("Its leg says"), stateName(ref.segment->kind));
    if (ref.segment)
        field(tr("Disconnected"), clean(ref.segment->disconnectReason));
    idField(tr("Interaction"), view.story.interaction.value);
    if (ref.participant)
        idField(tr("Participant"), ref.participant->id.value);
    if (ref.channel)
        idField(tr("Channel"), ref.channel->id.value);
    int participant = -1;
    for (std::size_t i = 0; ref.participant && i < view.story.participants.size(); ++i) {
        if (&view.story.participants[i] == ref.participant)
            participant = static_cast<int>(i);
    }
    if (ref.segment) {
        section(tr("How we know"));
        known(tr("Start"), view, ref.segment->startEvent, ref.segment->startBy);
        if (ref.segment->end)
            known(tr("End"), view, ref.segment->endEvent, ref.segment->endBy);
        showOrigin(view.origin);
        field(tr("Boundaries"), ref.segment->inferred ? tr("one is inferred") : tr("told by the source"));
        idField(tr("Start event"), ref.segment->startEvent.value);
        idField(tr("End event"), ref.segment->endEvent.value);
    }
    showLinks(view, participant);
    const int event = selection.event.empty() ? -1 : indexOf(view, selection.event);
    if (event >= 0)
        showRaw(tr("Raw event"), view.events[static_cast<std::size_t>(event)]->raw);
}

void Inspector::showEvent(const InteractionView &view, int index)
{
    const Event &event = *view.events[static_cast<std::size_t>(index)];
    const EventMark mark = static_cast<std::size_t>(index) < view.story.marks.size()
        ? view.story.marks[static_cast<std::size_t>(index)]
        : EventMark();
    const TimeText &time = m_look.time();
    head(Glyph::Dot, clean(event.type), [shown = time.moment(event.time, m_hub.now())](Timestamp) { return shown; },
         tr("event %1 of %2").arg(numberText(static_cast<std::uint64_t>(index) + 1), numberText(view.count())));
    field(tr("Time"), time.full(event.time));
    field(tr("Sequence"), event.sequence ? QString::number(*event.sequence) : tr("none"));
    field(tr("Lamport"), QString::number(mark.lamport));
    idField(tr("Event"), event.id.value);
    idField(tr("Interaction"), view.story.interaction.value);
    idField(tr("Participant"), event.participant.value);
    idField(tr("Channel"), event.channel.value);
    section(tr("How we know"));
    field(tr("Provenance"), provenanceName(event.provenance), event.provenance == Provenance::Backfill ? "backfilled" : "");
    showOrigin(view.origin);
    field(tr("Received"), time.full(event.received));
    field(tr("Delay"), fineDelayText(event.received - event.time));
    field(tr("Late by"), mark.late.us > 0 ? delayText(mark.late) : tr("not late"), mark.late.us > 0 ? "late" : "");
    field(tr("Skew"), mark.skew.us > 0 ? delayText(mark.skew) : QString(), "error");
    for (const QString &oddity : oddities(mark))
        field(tr("Note"), oddity, "warn");
    field(tr("Content"), QString::fromStdString(event.content.hex()));
    section(tr("What it says"));
    showFacts(event.facts);
    showRaw(tr("Raw event"), event.raw);
}

void Inspector::showOrigin(const Origin &origin)
{
    field(tr("Read from"), origin.shared.empty() ? QString() : sourceText(origin));
    field(tr("Incomplete"), clean(origin.note), "warn");
}

void Inspector::showFacts(const Facts &facts)
{
    const auto named = [](std::string_view known, const std::string &received) {
        return received.empty() ? qstr(known) : clean(received);
    };
    field(tr("Purpose"),
          facts.purpose == Purpose::Unknown && facts.purposeText.empty() ? QString()
                                                                         : named(nameOf(facts.purpose), facts.purposeText));
    field(tr("State"), facts.state == State::None ? QString() : named(nameOf(facts.state), facts.stateText));
    field(tr("Media"),
          facts.media == Media::Unknown && facts.mediaText.empty() ? QString() : named(nameOf(facts.media), facts.mediaText));
    field(tr("Direction"), directionName(facts.direction));
    field(tr("Name"), clean(facts.name));
    field(tr("Address"), addressText(facts.address));
    field(tr("Queue"), clean(facts.queueName));
    idField(tr("Queue id"), facts.queueId);
    idField(tr("User id"), facts.userId);
    field(tr("Disconnected"), clean(facts.disconnectType));
    idField(tr("Peer"), facts.peer);
    idField(tr("Linked with"), facts.linkedInteraction);
}

void Inspector::showInteraction(const InteractionView &view)
{
    const Story &story = view.story;
    QStringList below{mediaName(story.media, {})};
    if (const QString direction = directionName(story.direction); !direction.isEmpty())
        below << direction;
    below << (story.end ? tr("ended") : timesUnknown(story) ? tr("its times are unknown") : endUnknown(story) ? tr("its end is unknown") : tr("open"));
    head(glyphOf(story.media), story.customer.empty() ? shortId(story.interaction.value) : addressText(story.customer),
         [start = story.start, end = story.end, unknown = endUnknown(story)](Timestamp now) {
             return unknown ? tr("unknown") : durationText(end.value_or(now) - start);
         },
         below.join(QStringLiteral(", ")));
    field(tr("Start"), timesUnknown(story) ? tr("unknown") : m_look.time().full(story.start));
    field(tr("Clock"), futureNote(story.start, m_hub.now()), "warn");
    field(tr("End"), story.end ? m_look.time().full(*story.end) : noEndText(story));
    idField(tr("Interaction"), story.interaction.value);
    field(tr("Participants"), numberText(story.participants.size()));
    field(tr("Events"), numberText(view.count()));
    showOrigin(view.origin);
    section(tr("Figures"));
    const Figures &f = story.figures;
    using K = SegmentKind;
    const std::tuple<QString, Duration, std::vector<K>> lengths[] = {{stateName(K::Queue), f.wait, {K::Queue}},
                                                                     {stateName(K::Alert), f.alert, {K::Alert}},
                                                                     {stateName(K::Talk), f.talk, {K::Talk, K::Conference}},
                                                                     {stateName(K::Hold), f.hold, {K::Hold}},
                                                                     {stateName(K::Acw), f.acw, {K::Acw}}};
    for (const auto &[name, length, kinds] : lengths) {
        const std::vector<Timestamp> open = openSince(story, kinds);
        // The figure counts up to the last event; what is open goes on from there.
        runningField(name, [length = length, open, last = story.lastEventAt](Timestamp now) {
            Duration sum = length;
            for (const Timestamp since : open)
                sum = sum + std::max(now - std::max(since, last), Duration{});
            return sum.us > 0 || !open.empty() ? durationText(sum) : QString();
        });
    }
    field(tr("First answer"), f.firstAnswer ? tr("after %1").arg(proseDuration(*f.firstAnswer)) : QString());
    field(tr("Transfers"), numberText(f.transfers));
    field(tr("Human answers"), numberText(f.humanAnswers));
    field(tr("Abandoned"), f.abandoned ? tr("yes, before anybody answered") : QString(), "warn");
    showLinks(view, -1);
    if (!story.warnings.empty()) {
        section(tr("Does not fit"));
        for (const std::string &warning : story.warnings)
            field(tr("Warning"), clean(warning), "warn");
    }
    for (const RecordSeen &record : view.records) {
        showRaw(record.standing ? tr("The platform's record") : tr("Another of the platform's records"), record.raw);
        field(tr("Read"), record.read.us == 0 ? QString() : m_look.time().full(record.read));
        field(tr("Segments"), numberText(record.segments));
        if (view.records.size() > 1)
            field(tr("Stands"), record.standing ? tr("yes, for it tells the most") : tr("no, for another tells more"));
    }
}

void Inspector::showLinks(const InteractionView &view, int participant)
{
    bool any = false;
    for (const Link &link : view.story.links) {
        if (participant >= 0 && link.from != participant && link.to != participant)
            continue;
        if (!std::exchange(any, true))
            section(tr("Links"));
        field(linkName(link.kind), tr("%1, %2").arg(linkedText(view.story, link), m_look.time().moment(link.time, m_hub.now())));
        field(tr("Rule"), clean(link.rule));
        field(tr("Confidence"), confidenceName(link.confidence));
        idField(tr("Interaction"), link.otherInteraction.value);
    }
}

void Inspector::showRaw(const QString &title, const std::string &json)
{
    section(title, qstr(json));
    auto *edit = new QPlainTextEdit;
    edit->setReadOnly(true);
    edit->setFont(m_look.fonts().fixed);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit->setPlainText(prettyJson(json));
    edit->setAccessibleName(title);
    edit->setProperty("raw", true);
    const int lines = std::clamp(edit->blockCount(), 4, 24);
    edit->setFixedHeight(lines * QFontMetrics(m_look.fonts().fixed).lineSpacing() + 26);
    m_layout->addWidget(edit);
    m_text << edit->toPlainText();
}

} // namespace threadline::ui
