// SPDX-License-Identifier: GPL-3.0-or-later
/// How the connection and the store are: each item a button that opens the list behind it. GUI thread.
#pragma once

#include "ui/models/hub.h"
#include "ui/views/controls.h"

#include <QWidget>

namespace threadline::ui {

class StatusBar : public QWidget {
    Q_OBJECT
public:
    StatusBar(Hub &hub, const Appearance &look, QWidget *parent = nullptr);

    /// Leaves out what depends on this computer's speed (rate, delay), so that pictures of one run are equal.
    void setReproducible(bool reproducible);
    /// The time of the last frame at the right; empty: none.
    void setFrame(const QString &text);
    /// What takes its time, with a button that ends it; empty: nothing does.
    void setProgress(const QString &text);
    [[nodiscard]] QString progress() const { return m_progress->text(); }
    /// What came of it, shown until it is clicked or something is read again.
    void setOutcome(const QString &text);
    [[nodiscard]] QString outcome() const { return m_outcomeText; }
    [[nodiscard]] QStringList texts() const;

Q_SIGNALS:
    void listWanted(const QString &list); ///< "counters", "gaps", "refused", "dead-letters"
    void stopWanted();                    ///< of setProgress

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    enum Item { Connection, Rate, DelayItem, Queue, Stored, Duplicates, DeliveryItem, AsideItem, RefusedItem, kItems };
    void refresh();
    void showProgress();
    void fit();
    [[nodiscard]] bool wanted(Item item) const;

    Hub &m_hub;
    const Appearance &m_look;
    std::array<FlatButton *, kItems> m_items{};
    QLabel *m_frame;
    QLabel *m_progress;
    FlatButton *m_stop;
    FlatButton *m_outcome;
    QString m_outcomeText; ///< whole
    bool m_reproducible = false;
};

/// Whether all is well with the source, for the icon of the connection.
[[nodiscard]] Severity severityOf(const Status &status);

} // namespace threadline::ui
