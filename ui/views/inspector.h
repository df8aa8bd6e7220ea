// SPDX-License-Identifier: GPL-3.0-or-later
/// Everything about what is chosen: a segment, an event, or the interaction; and how it is known. GUI thread.
#pragma once

#include "ui/models/choice.h"
#include "ui/models/interactionfeed.h"
#include "ui/models/timelinescene.h"
#include "ui/theme/appearance.h"
#include "ui/timeline/painters.h"

#include <QScrollArea>

#include <functional>
#include <memory>

class QGridLayout;
class QHBoxLayout;
class QLabel;
class QMenu;
class QVBoxLayout;

namespace threadline::ui {

class Inspector : public QScrollArea {
    Q_OBJECT
public:
    Inspector(const Hub &hub, const InteractionFeed &feed, const Choice &choice, const Appearance &look,
              QWidget *parent = nullptr);

    /// Names and values as shown, one a line; for tests and the clipboard.
    [[nodiscard]] QString text() const { return m_text.join(QLatin1Char('\n')); }
    /// Time went on: what still goes on is longer now.
    void tick();
    /// The menu of a value (empty: of all), made anew; the caller owns it.
    [[nodiscard]] QMenu *makeMenu(const QString &value);

protected:
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void rebuild();
    void showNothing();
    void showInteraction(const InteractionView &view);
    void showSegment(const InteractionView &view, const SegmentRef &ref, const Selection &selection);
    void showEvent(const InteractionView &view, int index);
    void showLinks(const InteractionView &view, int participant);
    void showRaw(const QString &title, const std::string &json);
    void showOrigin(const Origin &origin);
    void showFacts(const Facts &facts);

    using Words = std::function<QString(Timestamp now)>;
    /// A text that changes as time goes on: the label, its line of m_text, and what to put there.
    struct Running {
        QLabel *label;
        qsizetype line;
        QString before; ///< stands before it in that line
        Words words;
    };

    void head(Glyph glyph, const QString &title, const Words &right, const QString &below);
    void segmentHead(SegmentKind kind, const Words &right, const QString &below);
    QLabel *headLine(QHBoxLayout *line, const QString &title, const Words &right, const QString &below);
    /// As field(), of a text that changes.
    /// What is open is counted up to then.
    [[nodiscard]] Timestamp counted() const;
    void runningField(const QString &name, const Words &value);
    void section(const QString &title, const QString &copyAll = {});
    /// Leaves the line out where `value` is empty.
    void field(const QString &name, const QString &value, const char *ink = "");
    void idField(const QString &name, const std::string &id);
    void known(const QString &name, const InteractionView &view, const EventId &event, Provenance provenance);

    const Hub &m_hub;
    const InteractionFeed &m_feed;
    const Choice &m_choice;
    const Appearance &m_look;
    std::unique_ptr<PaintKit> m_kit;
    QVBoxLayout *m_layout = nullptr;
    QGridLayout *m_fields = nullptr;
    QStringList m_text;
    std::vector<Running> m_running;
    QTimer m_later;
};

} // namespace threadline::ui
