// SPDX-License-Identifier: GPL-3.0-or-later
/// Where events are delivered to and read back from: an InfluxDB, as it is set.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace threadline::influx {

/// How points are laid out. Bounded: ids are fields, so the number of series stays flat. Classic: ids are tags.
enum class Schema : std::uint8_t { Bounded, Classic };

/// Who answers at the address, as /ping tells.
enum class Product : std::uint8_t {
    Unknown,
    V1,    ///< InfluxDB 1.x: /write, /query
    V2,    ///< InfluxDB 2.x: /api/v2/write, Flux, InfluxQL
    Cloud, ///< InfluxDB Cloud, as V2
    V3,    ///< InfluxDB 3: /api/v2/write, InfluxQL, SQL
    QuestDb,         ///< cannot be used: doubles what is sent again
    VictoriaMetrics, ///< cannot be used: keeps no text
    Other,           ///< something that is no InfluxDB at all
};

struct Target {
    std::string url;    ///< "http://127.0.0.1:8086", no slash at its end
    std::string token;  ///< 1.x: empty, or "user:password"
    std::string org;    ///< name or id; 2.x only
    std::string bucket; ///< 1.x: "database" or "database/retention policy"; 3: database
    Schema schema = Schema::Bounded;
    bool payload = true; ///< whether the whole event goes along
};

} // namespace threadline::influx
