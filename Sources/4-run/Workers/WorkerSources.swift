// The embedded files, by name. A test compares the list with the folder; Package.swift embeds each by name.

enum WorkerSources {
    /// The modules of the Python package.
    static var files: [(name: String, bytes: [UInt8])] {
        [
            ("__init__.py", PackageResources.__init___py),
            ("__main__.py", PackageResources.__main___py),
            ("annotate.py", PackageResources.annotate_py),
            ("attention.py", PackageResources.attention_py),
            ("backbones.py", PackageResources.backbones_py),
            ("batches.py", PackageResources.batches_py),
            ("channel.py", PackageResources.channel_py),
            ("chat.py", PackageResources.chat_py),
            ("checkpoints.py", PackageResources.checkpoints_py),
            ("classifier.py", PackageResources.classifier_py),
            ("clusters.py", PackageResources.clusters_py),
            ("control.py", PackageResources.control_py),
            ("convert.py", PackageResources.convert_py),
            ("design.py", PackageResources.design_py),
            ("devices.py", PackageResources.devices_py),
            ("distributed.py", PackageResources.distributed_py),
            ("endpoint.py", PackageResources.endpoint_py),
            ("explore.py", PackageResources.explore_py),
            ("export.py", PackageResources.export_py),
            ("extract.py", PackageResources.extract_py),
            ("families.py", PackageResources.families_py),
            ("features.py", PackageResources.features_py),
            ("fetch.py", PackageResources.fetch_py),
            ("finetune.py", PackageResources.finetune_py),
            ("formats.py", PackageResources.formats_py),
            ("groups.py", PackageResources.groups_py),
            ("ingest.py", PackageResources.ingest_py),
            ("learners.py", PackageResources.learners_py),
            ("learnersettings.py", PackageResources.learnersettings_py),
            ("losses.py", PackageResources.losses_py),
            ("lowrank.py", PackageResources.lowrank_py),
            ("optimizers.py", PackageResources.optimizers_py),
            ("packing.py", PackageResources.packing_py),
            ("pooling.py", PackageResources.pooling_py),
            ("precision.py", PackageResources.precision_py),
            ("predict.py", PackageResources.predict_py),
            ("pseudo.py", PackageResources.pseudo_py),
            ("prefixes.py", PackageResources.prefixes_py),
            ("publish.py", PackageResources.publish_py),
            ("readme.py", PackageResources.readme_py),
            ("repeats.py", PackageResources.repeats_py),
            ("schedule.py", PackageResources.schedule_py),
            ("sequences.py", PackageResources.sequences_py),
            ("simplex.py", PackageResources.simplex_py),
            ("sources.py", PackageResources.sources_py),
            ("stack.py", PackageResources.stack_py),
            ("stackreport.py", PackageResources.stackreport_py),
            ("step.py", PackageResources.step_py),
            ("tables.py", PackageResources.tables_py),
            ("tail.py", PackageResources.tail_py),
            ("tensors.py", PackageResources.tensors_py),
            ("textstats.py", PackageResources.textstats_py),
            ("tfidf.py", PackageResources.tfidf_py),
            ("throughput.py", PackageResources.throughput_py),
            ("tokens.py", PackageResources.tokens_py),
            ("validation.py", PackageResources.validation_py),
            ("words.py", PackageResources.words_py),
        ]
    }

    /// A build of torch without CUDA, where a folder of wheels offers one: first, on a machine without a GPU.
    static var processorLock: (name: String, bytes: [UInt8]) {
        ("requirements-cpu.lock", PackageResources.requirements_cpu_lock)
    }
    /// What the worker imports.
    static var lock: (name: String, bytes: [UInt8]) { ("requirements.lock", PackageResources.requirements_lock) }
    /// What a CUDA build of torch loads besides.
    static var cudaLock: (name: String, bytes: [UInt8]) {
        ("requirements-cuda.lock", PackageResources.requirements_cuda_lock)
    }

    static var locks: [(name: String, bytes: [UInt8])] { [processorLock, lock, cudaLock] }
}
