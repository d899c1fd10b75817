// `join`: several training tables as one, each row once.

internal import Digests
internal import Recipes

package struct JoinStep: TypedStep {
    package static let kind = StepKind(
        "join", demand: .process,
        outputs: ["rows", "texts", "parts", .sometimes("extra", "where the recipe names extra columns")],
        "Puts the rows of several training tables one after another.")

    package struct Outputs: Sendable {
        package let rows: Artifact<Content.Rows>
        package let texts: Artifact<Content.Texts>
        let parts: Artifact<Content.Parts>
        /// There where the recipe names extra columns.
        let extra: Artifact<Content.Extra>
    }

    /// One of the tables, by its name in the recipe.
    struct Table: Sendable {
        let name: String
        let rows: Artifact<Content.Rows>
        let texts: Artifact<Content.Texts>
        let groups: Artifact<Content.GroupNames>?
        let extra: Artifact<Content.Extra>?
        /// What each of its rows counts.
        var weight = 1.0
    }

    /// In the order in which their rows come.
    let tables: [Table]
    /// Whether the tables have a column of ids; rows are numbered anew where they have none.
    let hasIDs: Bool

    package static let parameters: [Parameter<Self>] = [
        Parameter("tables", \.names, .list(of: .text()), "The tables in the order in which their rows come."),
        Parameter("ids", \.hasIDs, .boolean, "Whether a column names the rows; else they are numbered anew."),
        Parameter(
            "weights", schema: ["type": "object", "additionalProperties": ["type": "number"]], required: false,
            "By table, what each of its rows counts, where that is not 1."
        ) { step in
            let other = step.tables.filter { $0.weight != 1 }
            // Left out where it is 1: a `nil` of JSON would be its null.
            return other.isEmpty
                ? nil
                : .object(Dictionary(other.map { ($0.name, .number($0.weight)) }, uniquingKeysWith: { $1 }))
        },
    ]

    package static let inputs: [Input<Self>] = [
        Input(each: "rows.", \.rows, of: "table", "Labels, groups and weights of each table."),
        Input(each: "texts.", \.texts, of: "table", "The texts of each table."),
        Input(each: "groups.", \.groups, of: "table", "The names of each table's groups, where there are groups."),
        Input(each: "extra.", \.extra, of: "table", "The extra columns of each table, where the recipe names some."),
    ]

    private var names: [String] { tables.map(\.name) }
    private var rows: [String: Artifact<Content.Rows>] { byName { $0.rows } }
    private var texts: [String: Artifact<Content.Texts>] { byName { $0.texts } }
    private var groups: [String: Artifact<Content.GroupNames>] { byName { $0.groups } }

    private var extra: [String: Artifact<Content.Extra>] { byName { $0.extra } }

    private func byName<Value>(_ value: (Table) -> Value?) -> [String: Value] {
        Dictionary(tables.compactMap { table in value(table).map { (table.name, $0) } }, uniquingKeysWith: { $1 })
    }

    package static func outputs(of step: Int) -> Outputs {
        Outputs(
            rows: Artifact(step, "rows"), texts: Artifact(step, "texts"), parts: Artifact(step, "parts"),
            extra: Artifact(step, "extra"))
    }

    package func sights(in lineage: Lineage) -> [String: Sight] { ["rows": .labels] }
}
