// What steps and backbones say: what is of another form than it must be is absent, and never a trap.

import Digests
import Formats
import Testing

@Suite struct StepReportTests {
    @Test func aStepsMetricsAreReadByTheirNames() {
        let said = StepMetrics([
            "warnings": ["first", "second"], "rows": 12, "truncated-rows-answer": 3, "log-loss": 0.5, "f1-macro": 1,
            "largest-difference": 1e-6, "largest-logit": 4.0,
        ])
        #expect(said.warnings == ["first", "second"])
        #expect(said.rows == 12 && said.truncatedRows(of: "answer") == 3)
        #expect(said.score("log-loss") == 0.5 && said.score("f1-macro") == 1 && said.score("accuracy") == nil)
        #expect(said.mergedDifference?.largest == 1e-6 && said.mergedDifference?.logit == 4)
    }

    @Test(
        arguments: [
            .null, [], "rows", ["rows": -1], ["rows": 1.5], ["rows": "12"], ["rows": .null], ["warnings": "one"],
            ["warnings": [1, .null, ["x"]]], ["largest-difference": 1.0],
        ] as [JSON])
    func whatHasAnotherFormWasNotSaid(_ metrics: JSON) {
        let said = StepMetrics(metrics)
        #expect(said.warnings.isEmpty && said.rows == nil && said.mergedDifference == nil)
    }

    @Test func anEnvironmentNamesLibrariesAndTheDevice() {
        let said = StepEnvironment([
            "versions": ["torch": "2.9.1", "odd": 3], "device": ["kind": "cuda", "name": "NVIDIA H200"],
        ])
        #expect(said.versions == ["torch": "2.9.1"])
        #expect(said.deviceKind == "cuda" && said.deviceName == "NVIDIA H200")
        let none = StepEnvironment(["device": "cpu", "versions": []])
        #expect(none.versions.isEmpty && none.deviceKind == nil && none.deviceName == nil)
    }
}

@Suite struct BackboneFilesTests {
    private func config(_ text: String) throws -> BackboneConfig {
        try BackboneConfig(reading: Array(text.utf8), name: "config.json")
    }

    @Test func aConfigNamesItsFamilyItsContextAndItsCode() throws {
        let own = try config(#"{"model_type": "bert", "max_position_embeddings": 512}"#)
        #expect(own.family == "bert" && own.context == 512 && own.code == nil)
        let nested = try config(
            #"""
            {"model_type": "gemma3", "text_config": {"max_position_embeddings": 8192},
             "auto_map": {"AutoModel": "modeling_x.X", "AutoTokenizer": ["tokenization_x.T", null]}}
            """#)
        #expect(nested.context == 8192)
        #expect(nested.code?.sorted() == ["modeling_x.X", "tokenization_x.T"])
    }

    @Test(arguments: [
        (#""roberta", "pad_token_id": 1"#, 512), (#""roberta""#, 512), (#""roberta", "pad_token_id": 3"#, 510),
        (#""deberta-v2", "relative_attention": true, "position_biased_input": false"#, nil),
        (#""deberta-v2", "relative_attention": true"#, 514), (#""deberta-v2", "position_biased_input": false"#, 514),
        (#""bert", "relative_attention": true, "position_biased_input": false"#, 514),
    ])
    func howFarARowMayReachIsTheFamilysOwn(_ said: String, _ context: Int?) throws {
        #expect(try config("{\"max_position_embeddings\": 514, \"model_type\": \(said)}").context == context)
    }

    @Test(arguments: [#"{"model_type": 1, "max_position_embeddings": "512"}"#, #"{"max_position_embeddings": -1}"#])
    func whatAConfigSaysInAnotherFormIsAbsent(_ text: String) throws {
        let config = try config(text)
        #expect(config.family == nil && config.context == nil)
    }

    @Test(arguments: ["", "[]", "{", "3"])
    func whatIsNoConfigIsAnError(_ text: String) {
        #expect(throws: FormatError.self) { try config(text) }
    }

    @Test func anIndexNamesEachFileOnce() throws {
        let text =
            #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}"#
        let index = try WeightIndex(reading: Array(text.utf8), name: "index")
        #expect(index.files == ["model-1.safetensors", "model-2.safetensors"])
        #expect(throws: FormatError.self) {
            try WeightIndex(reading: Array(#"{"weight_map": {"a": 1}}"#.utf8), name: "i")
        }
    }
}
