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

/// What a problem is about: its words may change while it stays the same one. Each of the window, and each failed question, is one by itself.
enum class About { Window, Failure, Store, StoreWarning, Source, Delivery, Sequence };

struct Problem {
    Severity severity = Severity::Warn;
    QString text;
    QString list; ///< the list that says more; empty: none
    About about = About::Window;
    friend bool operator==(const Problem &, const Problem &) = default;
};
/// What the state of source and store, and the last failed question, give reason to say; the worst first.
[[nodiscard]] std::vector<Problem> problemsOf(const Status &status, const QString &failure);

/// It takes room of its own at the lower end of the window, so that it covers nothing and no lane moves when it comes or goes. Of
/// several the worst is shown, of equals the newest.
class ErrorBar : public QWidget {
    Q_OBJECT
public:
    ErrorBar(Hub &hub, const Appearance &look, QWidget *parent = nullptr);

    /// A problem of the window itself, until it is closed.
    void add(const Problem &problem);
    /// It has gone by itself.
    void remove(const QString &text);
    [[nodiscard]] QString text() const;
    /// Shows what is wrong now, once the bar has its place: one without a parent would be a window.
    void refresh();

Q_SIGNALS:
    void listWanted(const QString &list);

protected:
    void paintEvent(QPaintEvent *event) override;
private:
    /// When a problem was first seen, counted in problems.
    struct Seen {
        Problem problem;
        std::uint64_t since = 0;
    };

    [[nodiscard]] std::vector<Problem> gathered();
    [[nodiscard]] std::optional<std::size_t> order(std::vector<Problem> &problems);
    void showProblem(std::size_t index);
    void tryDelivery();

    Hub &m_hub;
    const Appearance &m_look;
    std::vector<Problem> m_own;
    std::vector<Problem> m_problems; ///< as they are gone through
    std::vector<Seen> m_seen;
    std::uint64_t m_seenCount = 0;
    std::vector<Problem> m_closed;
    std::size_t m_index = 0;
    QLabel *m_text;
    QPushButton *m_try;
    QPushButton *m_more;
    std::optional<Timestamp> m_tried; ///< when delivery was last tried from here, while it waits
    FlatButton *m_count;
    FlatButton *m_close;
};

} // namespace threadline::ui
