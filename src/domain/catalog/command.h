#pragma once
// Commands and events of the catalog. The platform's catalog and an agency's plans use the same
// ones; the owner of a plan is in its head.
#include <optional>
#include <variant>
#include <vector>

#include "domain/catalog/types.h"

namespace rb::catalog {

// Makes the platform's catalog what the draft says: new and changed plans are published, plans that
// the draft leaves out are archived, agencies' plans are untouched.
struct ApplyCatalog {
    Draft draft;
    std::optional<std::int64_t>
        expected_version;  // refused with catalog_has_moved when it is another
};

// Publishes a plan of an account's own, or a new version of it (head.id set).
struct PublishOwnedPlan {
    AccountId owner;
    PlanDraft draft;
    PlanId plan;  // nil: a new plan
};

struct ArchiveOwnedPlan {
    AccountId owner;
    PlanId plan;
};

// Events. CatalogMoved comes last in its command: the catalog's version after it.
struct SettingsReplaced {
    Settings settings;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "settings", s.settings);
    }
};
struct PlanPublished {
    PlanHead head;
    PlanVersion version;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "head", s.head);
        v(2, "version", s.version);
    }
};
// Something of the plan besides its versions has changed: rank, group, archived.
struct PlanHeadChanged {
    PlanHead head;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "head", s.head);
    }
};
struct CatalogMoved {
    std::int64_t version = 0;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "version", s.version);
    }
};

using Event = std::variant<SettingsReplaced, PlanPublished, PlanHeadChanged, CatalogMoved>;

}  // namespace rb::catalog
