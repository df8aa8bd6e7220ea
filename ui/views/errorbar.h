// SPDX-License-Identifier: GPL-3.0-or-later
/// What is wrong now, one sentence at a time, with what to do about it; never a box that stops the work. GUI thread.
#pragma once

#include "ui/models/hub.h"
#include "ui/views/controls.h"

#include <QWidget>

#include <optional>
#include <vector>

class QPushButton;

namespace threadline::ui {

struct Problem {
    Severity severity = Severity::Warn;
    QString text;
    QString list; ///< the list that says more; empty: none
    bool delivery = false; ///< delivery waits: it can be tried now
    friend bool operator==(const Problem &, const Problem &) = default;
};
/// What the state of source and store, and the last failed question, give reason to say; the worst first.
[[nodiscard]] std::vector<Problem> problemsOf(const Status &status, const QString &failure);

class ErrorBar : public QWidget {
    Q_OBJECT
public:
    ErrorBar(Hub &hub, const Appearance &look, QWidget *parent = nullptr);

    /// A problem of the window itself, until it is closed.
    void add(const Problem &problem);
    /// It has gone by itself.
    void remove(const QString &text);
    [[nodiscard]] QString text() const;
    /// Lies over the top of `below`, a sibling, so that nothing moves when it comes or goes. Where `part`, which lies in `below`, is
    /// shown it is no wider than that: what stands beside it can still be reached.
    void floatOver(QWidget *below, QWidget *part);

Q_SIGNALS:
    void listWanted(const QString &list);

protected:
    void paintEvent(QPaintEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void refresh();
    void showProblem(std::size_t index);
    void tryDelivery();
    void place();

    Hub &m_hub;
    const Appearance &m_look;
    QWidget *m_below = nullptr;
    QWidget *m_part = nullptr;
    std::vector<Problem> m_own;
    std::vector<Problem> m_problems;
    std::vector<QString> m_closed;
    std::size_t m_index = 0;
    QLabel *m_text;
    QPushButton *m_try;
    QPushButton *m_more;
    std::optional<Timestamp> m_tried; ///< when delivery was last tried from here, while it waits
    FlatButton *m_count;
    FlatButton *m_close;
};

} // namespace threadline::ui
