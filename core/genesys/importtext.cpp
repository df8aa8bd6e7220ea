// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/genesys/importtext.h"

#include "core/genesys/foreignfile.h"

namespace threadline {

ImportText::ImportText(Handler handler) : m_handler(std::move(handler)), m_decoder({m_handler.text, m_handler.problem}) {}

bool ImportText::feed(std::string_view bytes)
{
    if (m_begun) {
        if (!m_foreign)
            m_decoder.feed(bytes);
        return !m_foreign;
    }
    m_head += bytes;
    if (m_head.size() >= kForeignHead)
        begin();
    return !m_foreign;
}

void ImportText::finish()
{
    if (!m_begun && !m_head.empty())
        begin();
    if (!m_foreign)
        m_decoder.finish();
}

void ImportText::begin()
{
    m_begun = true;
    std::string why = foreignBytes(std::string_view(m_head).substr(0, kForeignHead));
    if (why.empty()) {
        m_kind = foreignText(std::string_view(m_head).substr(0, kForeignHead), m_head.size() < kForeignHead);
        if (m_kind.whole)
            why = m_kind.is;
    }
    m_foreign = !why.empty();
    if (m_foreign)
        m_handler.foreign(why);
    else if (!m_kind.is.empty())
        m_handler.suspected();
    if (!m_foreign)
        m_decoder.feed(m_head);
    m_head = std::string();
}

} // namespace threadline
