// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/inspector.h"

#include "ui/models/eventsmodel.h"
#include "ui/text/format.h"
#include "ui/text/prettyjson.h"
#include "ui/views/controls.h"
#include "ui/views/legend.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QPainter>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kNameWidth = 116;
constexpr int kLongestAbsence = 400;

QString clean(const std::string &text) { return foreign(text, 100'000); }

FlatButton *copyButton(const Appearance &look, const QString &what, const QString &text)
{
    auto *button = new FlatButton(FlatButton::Style::Icon, look);
    button->setGlyph(Glyph::Copy);
    button->setToolTip(Inspector::tr("Copy"));
    button->setAccessibleName(Inspector::tr("Copy %1").arg(what));
    QObject::connect(button, &FlatButton::clicked, button, [text] { QGuiApplication::clipboard()->setText(text); });
    return button;
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

void Inspector::head(Glyph glyph, const QString &title, const QString &right, const QString &below)
{
    auto *line = new QHBoxLayout;
    if (glyph != Glyph::None) {
        line->addWidget(new GlyphLabel(glyph, Role::Text2, m_look, 16));
    }
    QLabel *name = makeLabel(title, m_look.fonts().title);
    name->setWordWrap(true);
    line->addWidget(name, 1);
    line->addWidget(makeLabel(right, m_look.fonts().title));
    m_layout->addLayout(line);
    QLabel *sub = makeLabel(below, m_look.fonts().table, "2");
    sub->setWordWrap(true);
    m_layout->addWidget(sub);
    m_text << title + QLatin1Char('\t') + right << below;
}

void Inspector::segmentHead(SegmentKind kind, const QString &right, const QString &below)
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
    line->addWidget(makeLabel(stateName(kind), m_look.fonts().title), 1);
    line->addWidget(makeLabel(right, m_look.fonts().title));
    m_layout->addLayout(line);
    QLabel *sub = makeLabel(below, m_look.fonts().table, "2");
    sub->setWordWrap(true);
    m_layout->addWidget(sub);
    m_text << stateName(kind) + QLatin1Char('\t') + right << below;
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
    QLabel *label = makeLabel(value, m_look.fonts().table, ink);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setAccessibleName(name + QStringLiteral(": ") + value);
    m_fields->addWidget(label, row, 1);
    m_text << name + QLatin1Char('\t') + value;
}

void Inspector::idField(const QString &name, const std::string &id)
{
    if (id.empty())
        return;
    field(name, middleElided(clean(id), 26));
    const int row = m_fields->rowCount() - 1;
    auto *label = qobject_cast<QLabel *>(m_fields->itemAtPosition(row, 1)->widget());
    label->setFont(m_look.fonts().fixed);
    label->setToolTip(clean(id));
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
    const SegmentKind kind = ref.segment ? ref.segment->kind : ref.felt->kind;
    const Timestamp start = ref.segment ? ref.segment->start : ref.felt->start;
    const std::optional<Timestamp> end = ref.segment ? ref.segment->end : ref.felt->end;
    QStringList who;
    if (ref.participant)
        who << participantName(*ref.participant);
    who << (ref.channel ? mediaName(ref.channel->media, ref.channel->mediaText) : tr("what the customer felt"));
    segmentHead(kind, durationText(end.value_or(m_hub.now()) - start), who.join(QStringLiteral(", ")));
    field(tr("Start"), time.full(start));
    field(tr("End"), end ? time.full(*end) : tr("still going on"));
    field(tr("Label"), clean(ref.segment ? ref.segment->label : ref.felt->label));
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
    head(Glyph::Dot, clean(event.type), time.clock(event.time),
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
    field(tr("Address"), clean(facts.address));
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
    const Timestamp end = story.end.value_or(m_hub.now());
    QStringList below{mediaName(story.media, {})};
    if (const QString direction = directionName(story.direction); !direction.isEmpty())
        below << direction;
    below << (story.end ? tr("ended") : tr("open"));
    head(glyphOf(story.media), story.customer.empty() ? shortId(story.interaction.value) : clean(story.customer),
         durationText(end - story.start), below.join(QStringLiteral(", ")));
    field(tr("Start"), m_look.time().full(story.start));
    field(tr("End"), story.end ? m_look.time().full(*story.end) : tr("still going on"));
    idField(tr("Interaction"), story.interaction.value);
    field(tr("Participants"), numberText(story.participants.size()));
    field(tr("Events"), numberText(view.count()));
    showOrigin(view.origin);
    section(tr("Figures"));
    const Figures &f = story.figures;
    const std::pair<QString, Duration> lengths[] = {
        {tr("Wait"), f.wait}, {tr("Ringing"), f.alert}, {tr("Talk"), f.talk}, {tr("Hold"), f.hold}, {tr("Wrap-up"), f.acw}};
    for (const auto &[name, length] : lengths)
        field(name, length.us > 0 ? durationText(length) : QString());
    field(tr("First answer"), f.firstAnswer ? tr("after %1").arg(proseDuration(*f.firstAnswer)) : QString());
    field(tr("Transfers"), QString::number(f.transfers));
    field(tr("Human answers"), QString::number(f.humanAnswers));
    field(tr("Abandoned"), f.abandoned ? tr("yes, before anybody answered") : QString(), "warn");
    showLinks(view, -1);
    if (!story.warnings.empty()) {
        section(tr("Does not fit"));
        for (const std::string &warning : story.warnings)
            field(tr("Warning"), clean(warning), "warn");
    }
    if (!view.record.empty())
        showRaw(tr("The platform's record"), view.record);
}

void Inspector::showLinks(const InteractionView &view, int participant)
{
    bool any = false;
    for (const Link &link : view.story.links) {
        if (participant >= 0 && link.from != participant && link.to != participant)
            continue;
        if (!std::exchange(any, true))
            section(tr("Links"));
        const int other = link.to;
        QString target = other >= 0 && other < static_cast<int>(view.story.participants.size())
            ? participantName(view.story.participants[static_cast<std::size_t>(other)])
            : shortId(link.otherInteraction.value);
        field(linkName(link.kind), tr("%1, %2").arg(target, m_look.time().clock(link.time)));
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
