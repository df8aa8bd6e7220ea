// SPDX-License-Identifier: GPL-3.0-or-later
/// The tool bar (views, live badge, zone) and the crumbs under it. GUI thread.
#pragma once

#include "ui/timeline/navigator.h"
#include "ui/views/controls.h"

#include <QWidget>

class QHBoxLayout;

namespace threadline::ui {

enum class ViewName { Floor, Timeline };

/// "Live, following", "Paused, 1,204 new", "Stored": a click returns to live.
class LiveBadge : public PlainButton {
    Q_OBJECT
public:
    LiveBadge(const Appearance &look, QWidget *parent = nullptr);
    /// `known`: what goes on is known up to now.
    void setMode(Navigator::Mode mode, std::uint64_t missed, bool known = true);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    Navigator::Mode m_mode = Navigator::Mode::Stored;
    bool m_known = true;
};

class TopBar : public QWidget {
    Q_OBJECT
public:
    TopBar(const Appearance &look, QWidget *parent = nullptr);

    void setView(ViewName view);
    void setViewsEnabled(bool enabled);
    [[nodiscard]] LiveBadge &badge() { return *m_badge; }
    void setNow(Timestamp now);

Q_SIGNALS:
    void viewChosen(ViewName view);
    void zoneSwapWanted();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    FlatButton *m_floor;
    FlatButton *m_timeline;
    LiveBadge *m_badge;
    FlatButton *m_zone;
};

/// Where one is: "Floor > Support > Call 3f9c2a71 > 10:41:50 to 10:49:10"; those that lead somewhere are links.
class Crumbs : public QWidget {
    Q_OBJECT
public:
    struct Crumb {
        QString text;
        QString target; ///< empty: leads nowhere
        QString tip = {};
        friend bool operator==(const Crumb &, const Crumb &) = default;
    };
    Crumbs(const Appearance &look, QWidget *parent = nullptr);
    void setCrumbs(const std::vector<Crumb> &crumbs, const QString &note);
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void followed(const QString &target);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Appearance &m_look;
    QHBoxLayout *m_layout;
    QLabel *m_note;
    std::vector<Crumb> m_crumbs;
};

} // namespace threadline::ui
