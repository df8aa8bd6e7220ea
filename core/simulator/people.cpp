// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulator/people.h"

#include <algorithm>
#include <functional>

namespace threadline::sim {
namespace {

constexpr std::uint32_t kFirstAgents = 12;

constexpr std::string_view kSmall[] = {"", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
    "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"};
constexpr std::string_view kTens[] = {"", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"};

constexpr std::string_view kAreas[] = {"317", "212", "415", "206", "512", "303", "617", "404", "602", "503"};
constexpr std::string_view kFirst[] = {"alex", "sam", "robin", "kim", "jo", "chris", "pat", "lee", "dana", "noor", "mika", "toni"};
constexpr std::string_view kLast[] = {"baker", "carter", "mason", "fisher", "weaver", "cooper", "turner", "miller", "porter", "hunter"};

std::string telephone(std::uint64_t chance)
{
    const std::uint64_t line = 100 + (chance >> 8) % 100;
    std::string number = "+1";
    number += kAreas[chance % std::size(kAreas)];
    number += "5550";
    number += std::to_string(line);
    return number;
}

} // namespace

std::uint32_t AgentPool::take(std::int64_t from, std::int64_t to)
{
    const std::greater<> later;
    std::uint32_t agent = size();
    if (agent >= kFirstAgents && m_free.front().first <= from) {
        std::pop_heap(m_free.begin(), m_free.end(), later);
        agent = m_free.back().second;
        m_free.pop_back();
    }
    m_free.emplace_back(to, agent);
    std::push_heap(m_free.begin(), m_free.end(), later);
    return agent;
}

std::string personName(std::string_view kind, std::uint32_t index)
{
    std::string name(kind);
    name += ' ';
    const std::uint32_t number = index + 1;
    if (number >= 100) {
        name += std::to_string(number);
    } else if (number < std::size(kSmall)) {
        name += kSmall[number];
    } else {
        name += kTens[number / 10];
        if (number % 10 != 0) {
            name += '-';
            name += kSmall[number % 10];
        }
    }
    return name;
}

std::size_t queueNumber(std::string_view name)
{
    const auto *found = std::find(std::begin(kQueueNames), std::end(kQueueNames), name);
    return found == std::end(kQueueNames) ? 0 : static_cast<std::size_t>(found - std::begin(kQueueNames));
}

Customer customerOf(std::string_view medium, std::uint64_t chance)
{
    if (medium == "message" || medium == "chat")
        return {"Visitor " + std::to_string(1 + chance % 999), {}};
    if (medium == "email") {
        const std::string_view first = kFirst[chance % std::size(kFirst)];
        const std::string_view last = kLast[(chance >> 16) % std::size(kLast)];
        Customer customer;
        customer.address = std::string(first) + '.' + std::string(last) + "@example.com";
        customer.name = customer.address;
        return customer;
    }
    const std::string number = telephone(chance);
    return {"+1 " + number.substr(2, 3) + ' ' + number.substr(5, 3) + ' ' + number.substr(8), "tel:" + number};
}

} // namespace threadline::sim
