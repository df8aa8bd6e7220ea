// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/firstrun.h"

#include "ui/views/controls.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

namespace threadline::ui {
namespace {

constexpr int kWidth = 1140;
constexpr int kCardHeight = 164;
constexpr int kHeaderWidth = 264;

struct Stretch {
    SegmentKind kind;
    int from; ///< s
    int to;
    const char *name;
};

QString tr(const char *text) { return FirstRun::tr(text); }

LanePtr laneOf(std::initializer_list<Stretch> stretches)
{
    std::vector<LaneSegment> segments;
    std::vector<QString> names{QString()};
    for (const Stretch &s : stretches) {
        names.push_back(tr(s.name));
        segments.push_back({kEarliestTime.us + s.from * 1'000'000LL, kEarliestTime.us + s.to * 1'000'000LL,
                            static_cast<std::uint32_t>(names.size() - 1), s.kind, Rail::None});
    }
    return std::make_shared<const Lane>(std::move(segments), std::move(names));
}

Row rowOf(RowKind kind, const QString &title, const QString &detail, LanePtr lane)
{
    Row row;
    row.kind = kind;
    row.key = title.toStdString();
    row.title = title;
    row.detail = detail;
    row.glyph = Glyph::Person;
    row.lane = std::move(lane);
    row.odd = true;
    return row;
}

ScenePtr specimenScene()
{
    using K = SegmentKind;
    auto scene = std::make_shared<Scene>();
    scene->rows.push_back(rowOf(RowKind::Felt, tr("What the customer felt"), tr("every second of it"),
                                laneOf({{K::Ivr, 0, 30, QT_TR_NOOP("IVR")},
                                        {K::Queue, 30, 98, QT_TR_NOOP("Queue")},
                                        {K::Alert, 98, 107, ""},
                                        {K::Talk, 107, 196, QT_TR_NOOP("Agent One")},
                                        {K::Hold, 196, 262, QT_TR_NOOP("On hold")},
                                        {K::Conference, 262, 290, QT_TR_NOOP("Conference")},
                                        {K::Talk, 290, 378, QT_TR_NOOP("Agent Two")}})));
    scene->rows.push_back(rowOf(RowKind::Lane, tr("Agent One"), {},
                                laneOf({{K::Alert, 98, 107, ""},
                                        {K::Talk, 107, 196, QT_TR_NOOP("Talk")},
                                        {K::Hold, 196, 262, QT_TR_NOOP("Hold")},
                                        {K::Conference, 262, 290, ""},
                                        {K::Acw, 290, 332, QT_TR_NOOP("Wrap-up")}})));
    scene->rows.push_back(
        rowOf(RowKind::Lane, tr("Agent One, consult"), {}, laneOf({{K::Consult, 200, 262, QT_TR_NOOP("Consult")}})));
    scene->rows.push_back(rowOf(RowKind::Lane, tr("Agent Two"), {},
                                laneOf({{K::Alert, 200, 209, ""},
                                        {K::Consult, 209, 262, QT_TR_NOOP("Consult")},
                                        {K::Conference, 262, 290, ""},
                                        {K::Talk, 290, 378, QT_TR_NOOP("Talk")}})));
    return scene;
}

} // namespace

Specimen::Specimen(const Appearance &look, QWidget *parent)
    : QWidget(parent), m_look(look), m_painter(look), m_scene(specimenScene())
{
    const Metrics &m = look.metrics();
    setFixedHeight(m.axis + m.felt + 3 * m.lane + 12);
    setAccessibleName(tr("One call, as an example"));
    connect(&look, &Appearance::changed, this, [this] {
        m_painter.refresh();
        update();
    });
}

void Specimen::paintEvent(QPaintEvent *)
{
    const RowLayout rows(*m_scene, m_look.metrics());
    PaintState s;
    s.scene = m_scene.get();
    s.rows = &rows;
    s.header = kHeaderWidth;
    s.width = width();
    s.height = height();
    s.axis = m_look.metrics().axis;
    s.corner = tr("One call, as an example");
    s.now = kEarliestTime;
    s.scale = TimeScale::fitting({kEarliestTime, kEarliestTime + Duration::seconds(392)}, width() - kHeaderWidth);
    // A quiet axis: the specimen is of no day.
    QPainter p(this);
    QPainterPath round;
    round.addRoundedRect(rect(), 6, 6);
    p.setClipPath(round);
    m_painter.paint(p, s);
    const QRect axis(s.header, 0, width() - s.header, s.axis - 1);
    p.setClipPath(round);
    p.fillRect(axis, m_look.theme()(Role::Header));
    p.setFont(m_look.fonts().small);
    p.setPen(m_look.theme()(Role::Text2));
    for (int minute = 0; minute < 7; ++minute) {
        const double x = s.header + s.scale.x(kEarliestTime + Duration::seconds(minute * 60));
        p.drawText(QRectF(x + 5, 0, 60, s.axis - 1), Qt::AlignVCenter, QStringLiteral("%1:00").arg(minute));
    }
    p.setClipping(false);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(m_look.theme()(Role::Border));
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

FirstRun::FirstRun(const Appearance &look, QWidget *parent) : QWidget(parent), m_look(look)
{
    auto *content = new QWidget;
    content->setAttribute(Qt::WA_StyledBackground);
    content->setProperty("ground", "window");
    auto *column = new QWidget;
    column->setMaximumWidth(kWidth);
    auto *sides = new QHBoxLayout(content);
    sides->addStretch();
    sides->addWidget(column, 100);
    sides->addStretch();
    auto *layout = new QVBoxLayout(column);
    layout->setSpacing(10);
    layout->addStretch(1);
    layout->addWidget(makeLabel(tr("Threadline"), sized(look.fonts().title, 28 * look.fonts().scale, QFont::DemiBold)));
    QLabel *line = makeLabel(tr("Every interaction as a timeline: who, in which state, since when, and how we know."),
                             sized(look.fonts().body, 15 * look.fonts().scale), "2");
    line->setWordWrap(true);
    layout->addWidget(line);
    layout->addSpacing(8);
    layout->addWidget(new Specimen(look));
    layout->addSpacing(14);
    layout->addWidget(
        makeLabel(tr("Where should the events come from?"), sized(look.fonts().title, 18 * look.fonts().scale, QFont::DemiBold)));
    layout->addSpacing(4);
    auto *cards = new QHBoxLayout;
    cards->setSpacing(16);
    QPushButton *demo =
        card(cards, Glyph::Play, tr("Try the demo"), tr("Simulated calls, made up on this computer. Nothing leaves it."),
             tr("Starts at once"), tr("Start demo"), 1);
    QPushButton *open =
        card(cards, Glyph::File, tr("Open a file"), tr("Conversation details from Genesys Cloud: JSON, NDJSON, also gzip or zip."),
             tr("Or drop files here"), tr("Open…"), 2);
    QPushButton *connects =
        card(cards, Glyph::Plug, tr("Connect to a feed"), tr("Live events over a WebSocket. Needs an OAuth client."),
             tr("With a connection test"), tr("Set up…"), 3);
    layout->addLayout(cards);
    layout->addSpacing(10);
    layout->addWidget(makeLabel(tr("Any time later: File, Connect (Ctrl+Shift+C). All keys: ?"), look.fonts().table, "2"));
    layout->addStretch(2);
    demo->setProperty("primary", true);
    connect(demo, &QPushButton::clicked, this, &FirstRun::demoWanted);
    connect(open, &QPushButton::clicked, this, &FirstRun::openWanted);
    connect(connects, &QPushButton::clicked, this, &FirstRun::connectWanted);
    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    setFocusProxy(demo);
}

QPushButton *FirstRun::card(QHBoxLayout *layout, Glyph glyph, const QString &title, const QString &what, const QString &hint,
                            const QString &action, int number)
{
    auto *frame = new QFrame;
    frame->setProperty("card", true);
    frame->setFixedHeight(kCardHeight);
    auto *outer = new QHBoxLayout(frame);
    outer->setContentsMargins(20, 16, 18, 16);
    outer->setSpacing(18);
    outer->addWidget(new GlyphLabel(glyph, Role::Accent, m_look, 20), 0, Qt::AlignTop);
    auto *column = new QVBoxLayout;
    outer->addLayout(column, 1);
    auto *head = new QHBoxLayout;
    head->addWidget(makeLabel(title, m_look.fonts().title), 1);
    const QKeySequence key(QStringLiteral("Alt+%1").arg(number));
    head->addWidget(makeLabel(key.toString(QKeySequence::NativeText), m_look.fonts().small, "3"));
    column->addLayout(head);
    QLabel *text = makeLabel(what, m_look.fonts().body, "2");
    text->setWordWrap(true);
    column->addWidget(text);
    column->addStretch();
    auto *foot = new QHBoxLayout;
    foot->addWidget(makeLabel(hint, m_look.fonts().small, "3"), 1);
    auto *button = new QPushButton(action);
    button->setAccessibleDescription(title);
    button->setMinimumWidth(112);
    button->setShortcut(key);
    button->setAutoDefault(true); // Enter presses it, as Space does
    foot->addWidget(button);
    column->addLayout(foot);
    layout->addWidget(frame, 1);
    return button;
}

} // namespace threadline::ui
