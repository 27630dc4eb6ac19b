import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace minchat. */
export namespace minchat {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an ArtifactRef.
         * @deprecated Use minchat.v1.ArtifactRef.$Properties instead.
         */
        interface IArtifactRef extends minchat.v1.ArtifactRef.$Properties {
        }

        /** Represents an ArtifactRef. */
        class ArtifactRef {

            /**
             * Constructs a new ArtifactRef.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ArtifactRef.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ArtifactRef kind. */
            kind: string;

            /** ArtifactRef digest. */
            digest: string;

            /** ArtifactRef size. */
            size: number;

            /** ArtifactRef scope. */
            scope: string;

            /**
             * Encodes the specified ArtifactRef message. Does not implicitly {@link minchat.v1.ArtifactRef.verify|verify} messages.
             * @param message ArtifactRef message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ArtifactRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ArtifactRef message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ArtifactRef & minchat.v1.ArtifactRef.$Shape} ArtifactRef
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ArtifactRef & minchat.v1.ArtifactRef.$Shape;
        }

        namespace ArtifactRef {

            /** Properties of an ArtifactRef. */
            interface $Properties {

                /** ArtifactRef kind */
                kind?: (string|null);

                /** ArtifactRef digest */
                digest?: (string|null);

                /** ArtifactRef size */
                size?: (number|null);

                /** ArtifactRef scope */
                scope?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ArtifactRef. */
            type $Shape = minchat.v1.ArtifactRef.$Properties;
        }

        /**
         * Properties of a Manifest.
         * @deprecated Use minchat.v1.Manifest.$Properties instead.
         */
        interface IManifest extends minchat.v1.Manifest.$Properties {
        }

        /** Represents a Manifest. */
        class Manifest {

            /**
             * Constructs a new Manifest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Manifest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Manifest kind. */
            kind: string;

            /** Manifest files. */
            files: minchat.v1.ManifestFile.$Properties[];

            /**
             * Encodes the specified Manifest message. Does not implicitly {@link minchat.v1.Manifest.verify|verify} messages.
             * @param message Manifest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Manifest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Manifest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Manifest & minchat.v1.Manifest.$Shape} Manifest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Manifest & minchat.v1.Manifest.$Shape;
        }

        namespace Manifest {

            /** Properties of a Manifest. */
            interface $Properties {

                /** Manifest kind */
                kind?: (string|null);

                /** Manifest files */
                files?: (minchat.v1.ManifestFile.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Manifest. */
            type $Shape = minchat.v1.Manifest.$Properties;
        }

        /**
         * Properties of a ManifestFile.
         * @deprecated Use minchat.v1.ManifestFile.$Properties instead.
         */
        interface IManifestFile extends minchat.v1.ManifestFile.$Properties {
        }

        /** Represents a ManifestFile. */
        class ManifestFile {

            /**
             * Constructs a new ManifestFile.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ManifestFile.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ManifestFile path. */
            path: string;

            /** ManifestFile size. */
            size: number;

            /** ManifestFile sha256. */
            sha256: string;

            /**
             * Encodes the specified ManifestFile message. Does not implicitly {@link minchat.v1.ManifestFile.verify|verify} messages.
             * @param message ManifestFile message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ManifestFile.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ManifestFile message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ManifestFile & minchat.v1.ManifestFile.$Shape} ManifestFile
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ManifestFile & minchat.v1.ManifestFile.$Shape;
        }

        namespace ManifestFile {

            /** Properties of a ManifestFile. */
            interface $Properties {

                /** ManifestFile path */
                path?: (string|null);

                /** ManifestFile size */
                size?: (number|null);

                /** ManifestFile sha256 */
                sha256?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ManifestFile. */
            type $Shape = minchat.v1.ManifestFile.$Properties;
        }

        /**
         * Properties of a NamedArtifact.
         * @deprecated Use minchat.v1.NamedArtifact.$Properties instead.
         */
        interface INamedArtifact extends minchat.v1.NamedArtifact.$Properties {
        }

        /** Represents a NamedArtifact. */
        class NamedArtifact {

            /**
             * Constructs a new NamedArtifact.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.NamedArtifact.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NamedArtifact name. */
            name: string;

            /** NamedArtifact artifact. */
            artifact?: (minchat.v1.ArtifactRef.$Properties|null);

            /**
             * Encodes the specified NamedArtifact message. Does not implicitly {@link minchat.v1.NamedArtifact.verify|verify} messages.
             * @param message NamedArtifact message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.NamedArtifact.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NamedArtifact message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.NamedArtifact & minchat.v1.NamedArtifact.$Shape} NamedArtifact
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.NamedArtifact & minchat.v1.NamedArtifact.$Shape;
        }

        namespace NamedArtifact {

            /** Properties of a NamedArtifact. */
            interface $Properties {

                /** NamedArtifact name */
                name?: (string|null);

                /** NamedArtifact artifact */
                artifact?: (minchat.v1.ArtifactRef.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NamedArtifact. */
            type $Shape = minchat.v1.NamedArtifact.$Properties;
        }

        /**
         * Properties of an Error.
         * @deprecated Use minchat.v1.Error.$Properties instead.
         */
        interface IError extends minchat.v1.Error.$Properties {
        }

        /** Represents an Error. */
        class Error {

            /**
             * Constructs a new Error.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Error.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Error code. */
            code: string;

            /** Error message. */
            message: string;

            /** Error hint. */
            hint: string;

            /** Error retryable. */
            retryable: boolean;

            /**
             * Encodes the specified Error message. Does not implicitly {@link minchat.v1.Error.verify|verify} messages.
             * @param message Error message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Error.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Error message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Error & minchat.v1.Error.$Shape} Error
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Error & minchat.v1.Error.$Shape;
        }

        namespace Error {

            /** Properties of an Error. */
            interface $Properties {

                /** Error code */
                code?: (string|null);

                /** Error message */
                message?: (string|null);

                /** Error hint */
                hint?: (string|null);

                /** Error retryable */
                retryable?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Error. */
            type $Shape = minchat.v1.Error.$Properties;
        }

        /**
         * Properties of a StageEvent.
         * @deprecated Use minchat.v1.StageEvent.$Properties instead.
         */
        interface IStageEvent extends minchat.v1.StageEvent.$Properties {
        }

        /** Represents a StageEvent. */
        class StageEvent {

            /**
             * Constructs a new StageEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageEvent eventId. */
            eventId: string;

            /** StageEvent runId. */
            runId: string;

            /** StageEvent jobId. */
            jobId: string;

            /** StageEvent stage. */
            stage: string;

            /** StageEvent workerId. */
            workerId: string;

            /** StageEvent atMs. */
            atMs: number;

            /** StageEvent started. */
            started?: (minchat.v1.StageStarted.$Properties|null);

            /** StageEvent progress. */
            progress?: (minchat.v1.StageProgress.$Properties|null);

            /** StageEvent checkpointed. */
            checkpointed?: (minchat.v1.StageCheckpointed.$Properties|null);

            /** StageEvent completed. */
            completed?: (minchat.v1.StageCompleted.$Properties|null);

            /** StageEvent failed. */
            failed?: (minchat.v1.StageFailed.$Properties|null);

            /** StageEvent released. */
            released?: (minchat.v1.StageReleased.$Properties|null);

            /** StageEvent runChanged. */
            runChanged?: (minchat.v1.RunChanged.$Properties|null);

            /** StageEvent logged. */
            logged?: (minchat.v1.StageLogged.$Properties|null);

            /** StageEvent detail. */
            detail?: ("started"|"progress"|"checkpointed"|"completed"|"failed"|"released"|"runChanged"|"logged");

            /**
             * Encodes the specified StageEvent message. Does not implicitly {@link minchat.v1.StageEvent.verify|verify} messages.
             * @param message StageEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageEvent & minchat.v1.StageEvent.$Shape} StageEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageEvent & minchat.v1.StageEvent.$Shape;
        }

        namespace StageEvent {

            /** Properties of a StageEvent. */
            interface $Properties {

                /** StageEvent eventId */
                eventId?: (string|null);

                /** StageEvent runId */
                runId?: (string|null);

                /** StageEvent jobId */
                jobId?: (string|null);

                /** StageEvent stage */
                stage?: (string|null);

                /** StageEvent workerId */
                workerId?: (string|null);

                /** StageEvent atMs */
                atMs?: (number|null);

                /** StageEvent started */
                started?: (minchat.v1.StageStarted.$Properties|null);

                /** StageEvent progress */
                progress?: (minchat.v1.StageProgress.$Properties|null);

                /** StageEvent checkpointed */
                checkpointed?: (minchat.v1.StageCheckpointed.$Properties|null);

                /** StageEvent completed */
                completed?: (minchat.v1.StageCompleted.$Properties|null);

                /** StageEvent failed */
                failed?: (minchat.v1.StageFailed.$Properties|null);

                /** StageEvent released */
                released?: (minchat.v1.StageReleased.$Properties|null);

                /** StageEvent runChanged */
                runChanged?: (minchat.v1.RunChanged.$Properties|null);

                /** StageEvent logged */
                logged?: (minchat.v1.StageLogged.$Properties|null);

                /** StageEvent detail */
                detail?: ("started"|"progress"|"checkpointed"|"completed"|"failed"|"released"|"runChanged"|"logged");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a StageEvent. */
            type $Shape = {
              eventId?: string|null;
              runId?: string|null;
              jobId?: string|null;
              stage?: string|null;
              workerId?: string|null;
              atMs?: number|null;
              started?: minchat.v1.StageStarted.$Shape|null;
              progress?: minchat.v1.StageProgress.$Shape|null;
              checkpointed?: minchat.v1.StageCheckpointed.$Shape|null;
              completed?: minchat.v1.StageCompleted.$Shape|null;
              failed?: minchat.v1.StageFailed.$Shape|null;
              released?: minchat.v1.StageReleased.$Shape|null;
              runChanged?: minchat.v1.RunChanged.$Shape|null;
              logged?: minchat.v1.StageLogged.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ detail?: undefined; started?: null; progress?: null; checkpointed?: null; completed?: null; failed?: null; released?: null; runChanged?: null; logged?: null }|{ detail?: "started"; started: minchat.v1.StageStarted.$Shape; progress?: null; checkpointed?: null; completed?: null; failed?: null; released?: null; runChanged?: null; logged?: null }|{ detail?: "progress"; started?: null; progress: minchat.v1.StageProgress.$Shape; checkpointed?: null; completed?: null; failed?: null; released?: null; runChanged?: null; logged?: null }|{ detail?: "checkpointed"; started?: null; progress?: null; checkpointed: minchat.v1.StageCheckpointed.$Shape; completed?: null; failed?: null; released?: null; runChanged?: null; logged?: null }|{ detail?: "completed"; started?: null; progress?: null; checkpointed?: null; completed: minchat.v1.StageCompleted.$Shape; failed?: null; released?: null; runChanged?: null; logged?: null }|{ detail?: "failed"; started?: null; progress?: null; checkpointed?: null; completed?: null; failed: minchat.v1.StageFailed.$Shape; released?: null; runChanged?: null; logged?: null }|{ detail?: "released"; started?: null; progress?: null; checkpointed?: null; completed?: null; failed?: null; released: minchat.v1.StageReleased.$Shape; runChanged?: null; logged?: null }|{ detail?: "runChanged"; started?: null; progress?: null; checkpointed?: null; completed?: null; failed?: null; released?: null; runChanged: minchat.v1.RunChanged.$Shape; logged?: null }|{ detail?: "logged"; started?: null; progress?: null; checkpointed?: null; completed?: null; failed?: null; released?: null; runChanged?: null; logged: minchat.v1.StageLogged.$Shape })
            );
        }

        /**
         * Properties of a StageStarted.
         * @deprecated Use minchat.v1.StageStarted.$Properties instead.
         */
        interface IStageStarted extends minchat.v1.StageStarted.$Properties {
        }

        /** Represents a StageStarted. */
        class StageStarted {

            /**
             * Constructs a new StageStarted.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageStarted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageStarted attempt. */
            attempt: number;

            /** StageStarted plugin. */
            plugin: string;

            /** StageStarted backend. */
            backend: string;

            /** StageStarted fromStep. */
            fromStep: number;

            /**
             * Encodes the specified StageStarted message. Does not implicitly {@link minchat.v1.StageStarted.verify|verify} messages.
             * @param message StageStarted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageStarted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageStarted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageStarted & minchat.v1.StageStarted.$Shape} StageStarted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageStarted & minchat.v1.StageStarted.$Shape;
        }

        namespace StageStarted {

            /** Properties of a StageStarted. */
            interface $Properties {

                /** StageStarted attempt */
                attempt?: (number|null);

                /** StageStarted plugin */
                plugin?: (string|null);

                /** StageStarted backend */
                backend?: (string|null);

                /** StageStarted fromStep */
                fromStep?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageStarted. */
            type $Shape = minchat.v1.StageStarted.$Properties;
        }

        /**
         * Properties of a StageProgress.
         * @deprecated Use minchat.v1.StageProgress.$Properties instead.
         */
        interface IStageProgress extends minchat.v1.StageProgress.$Properties {
        }

        /** Represents a StageProgress. */
        class StageProgress {

            /**
             * Constructs a new StageProgress.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageProgress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageProgress step. */
            step: number;

            /** StageProgress totalSteps. */
            totalSteps: number;

            /** StageProgress tokens. */
            tokens: number;

            /** StageProgress metrics. */
            metrics: minchat.v1.Metric.$Properties[];

            /** StageProgress message. */
            message: string;

            /** StageProgress samples. */
            samples: string[];

            /**
             * Encodes the specified StageProgress message. Does not implicitly {@link minchat.v1.StageProgress.verify|verify} messages.
             * @param message StageProgress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageProgress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageProgress & minchat.v1.StageProgress.$Shape} StageProgress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageProgress & minchat.v1.StageProgress.$Shape;
        }

        namespace StageProgress {

            /** Properties of a StageProgress. */
            interface $Properties {

                /** StageProgress step */
                step?: (number|null);

                /** StageProgress totalSteps */
                totalSteps?: (number|null);

                /** StageProgress tokens */
                tokens?: (number|null);

                /** StageProgress metrics */
                metrics?: (minchat.v1.Metric.$Properties[]|null);

                /** StageProgress message */
                message?: (string|null);

                /** StageProgress samples */
                samples?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageProgress. */
            type $Shape = minchat.v1.StageProgress.$Properties;
        }

        /**
         * Properties of a StageCheckpointed.
         * @deprecated Use minchat.v1.StageCheckpointed.$Properties instead.
         */
        interface IStageCheckpointed extends minchat.v1.StageCheckpointed.$Properties {
        }

        /** Represents a StageCheckpointed. */
        class StageCheckpointed {

            /**
             * Constructs a new StageCheckpointed.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageCheckpointed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageCheckpointed checkpoint. */
            checkpoint?: (minchat.v1.Checkpoint.$Properties|null);

            /**
             * Encodes the specified StageCheckpointed message. Does not implicitly {@link minchat.v1.StageCheckpointed.verify|verify} messages.
             * @param message StageCheckpointed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageCheckpointed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageCheckpointed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageCheckpointed & minchat.v1.StageCheckpointed.$Shape} StageCheckpointed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageCheckpointed & minchat.v1.StageCheckpointed.$Shape;
        }

        namespace StageCheckpointed {

            /** Properties of a StageCheckpointed. */
            interface $Properties {

                /** StageCheckpointed checkpoint */
                checkpoint?: (minchat.v1.Checkpoint.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageCheckpointed. */
            type $Shape = minchat.v1.StageCheckpointed.$Properties;
        }

        /**
         * Properties of a StageCompleted.
         * @deprecated Use minchat.v1.StageCompleted.$Properties instead.
         */
        interface IStageCompleted extends minchat.v1.StageCompleted.$Properties {
        }

        /** Represents a StageCompleted. */
        class StageCompleted {

            /**
             * Constructs a new StageCompleted.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageCompleted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageCompleted result. */
            result?: (minchat.v1.StageResult.$Properties|null);

            /** StageCompleted seconds. */
            seconds: number;

            /**
             * Encodes the specified StageCompleted message. Does not implicitly {@link minchat.v1.StageCompleted.verify|verify} messages.
             * @param message StageCompleted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageCompleted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageCompleted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageCompleted & minchat.v1.StageCompleted.$Shape} StageCompleted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageCompleted & minchat.v1.StageCompleted.$Shape;
        }

        namespace StageCompleted {

            /** Properties of a StageCompleted. */
            interface $Properties {

                /** StageCompleted result */
                result?: (minchat.v1.StageResult.$Properties|null);

                /** StageCompleted seconds */
                seconds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageCompleted. */
            type $Shape = minchat.v1.StageCompleted.$Properties;
        }

        /**
         * Properties of a StageFailed.
         * @deprecated Use minchat.v1.StageFailed.$Properties instead.
         */
        interface IStageFailed extends minchat.v1.StageFailed.$Properties {
        }

        /** Represents a StageFailed. */
        class StageFailed {

            /**
             * Constructs a new StageFailed.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageFailed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageFailed error. */
            error?: (minchat.v1.Error.$Properties|null);

            /** StageFailed attempt. */
            attempt: number;

            /** StageFailed final. */
            final: boolean;

            /**
             * Encodes the specified StageFailed message. Does not implicitly {@link minchat.v1.StageFailed.verify|verify} messages.
             * @param message StageFailed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageFailed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageFailed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageFailed & minchat.v1.StageFailed.$Shape} StageFailed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageFailed & minchat.v1.StageFailed.$Shape;
        }

        namespace StageFailed {

            /** Properties of a StageFailed. */
            interface $Properties {

                /** StageFailed error */
                error?: (minchat.v1.Error.$Properties|null);

                /** StageFailed attempt */
                attempt?: (number|null);

                /** StageFailed final */
                final?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageFailed. */
            type $Shape = minchat.v1.StageFailed.$Properties;
        }

        /**
         * Properties of a StageReleased.
         * @deprecated Use minchat.v1.StageReleased.$Properties instead.
         */
        interface IStageReleased extends minchat.v1.StageReleased.$Properties {
        }

        /** Represents a StageReleased. */
        class StageReleased {

            /**
             * Constructs a new StageReleased.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageReleased.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageReleased step. */
            step: number;

            /** StageReleased attempt. */
            attempt: number;

            /**
             * Encodes the specified StageReleased message. Does not implicitly {@link minchat.v1.StageReleased.verify|verify} messages.
             * @param message StageReleased message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageReleased.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageReleased message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageReleased & minchat.v1.StageReleased.$Shape} StageReleased
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageReleased & minchat.v1.StageReleased.$Shape;
        }

        namespace StageReleased {

            /** Properties of a StageReleased. */
            interface $Properties {

                /** StageReleased step */
                step?: (number|null);

                /** StageReleased attempt */
                attempt?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageReleased. */
            type $Shape = minchat.v1.StageReleased.$Properties;
        }

        /**
         * Properties of a StageLogged.
         * @deprecated Use minchat.v1.StageLogged.$Properties instead.
         */
        interface IStageLogged extends minchat.v1.StageLogged.$Properties {
        }

        /** Represents a StageLogged. */
        class StageLogged {

            /**
             * Constructs a new StageLogged.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageLogged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageLogged lines. */
            lines: minchat.v1.LogLine.$Properties[];

            /**
             * Encodes the specified StageLogged message. Does not implicitly {@link minchat.v1.StageLogged.verify|verify} messages.
             * @param message StageLogged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageLogged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageLogged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageLogged & minchat.v1.StageLogged.$Shape} StageLogged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageLogged & minchat.v1.StageLogged.$Shape;
        }

        namespace StageLogged {

            /** Properties of a StageLogged. */
            interface $Properties {

                /** StageLogged lines */
                lines?: (minchat.v1.LogLine.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageLogged. */
            type $Shape = minchat.v1.StageLogged.$Properties;
        }

        /**
         * Properties of a LogLine.
         * @deprecated Use minchat.v1.LogLine.$Properties instead.
         */
        interface ILogLine extends minchat.v1.LogLine.$Properties {
        }

        /** Represents a LogLine. */
        class LogLine {

            /**
             * Constructs a new LogLine.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LogLine.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogLine atMs. */
            atMs: number;

            /** LogLine level. */
            level: string;

            /** LogLine message. */
            message: string;

            /** LogLine fieldsJson. */
            fieldsJson: string;

            /**
             * Encodes the specified LogLine message. Does not implicitly {@link minchat.v1.LogLine.verify|verify} messages.
             * @param message LogLine message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LogLine.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogLine message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LogLine & minchat.v1.LogLine.$Shape} LogLine
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LogLine & minchat.v1.LogLine.$Shape;
        }

        namespace LogLine {

            /** Properties of a LogLine. */
            interface $Properties {

                /** LogLine atMs */
                atMs?: (number|null);

                /** LogLine level */
                level?: (string|null);

                /** LogLine message */
                message?: (string|null);

                /** LogLine fieldsJson */
                fieldsJson?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogLine. */
            type $Shape = minchat.v1.LogLine.$Properties;
        }

        /**
         * Properties of a RunChanged.
         * @deprecated Use minchat.v1.RunChanged.$Properties instead.
         */
        interface IRunChanged extends minchat.v1.RunChanged.$Properties {
        }

        /** Represents a RunChanged. */
        class RunChanged {

            /**
             * Constructs a new RunChanged.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RunChanged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RunChanged status. */
            status: string;

            /**
             * Encodes the specified RunChanged message. Does not implicitly {@link minchat.v1.RunChanged.verify|verify} messages.
             * @param message RunChanged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RunChanged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RunChanged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RunChanged & minchat.v1.RunChanged.$Shape} RunChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RunChanged & minchat.v1.RunChanged.$Shape;
        }

        namespace RunChanged {

            /** Properties of a RunChanged. */
            interface $Properties {

                /** RunChanged status */
                status?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RunChanged. */
            type $Shape = minchat.v1.RunChanged.$Properties;
        }

        /**
         * Properties of a Job.
         * @deprecated Use minchat.v1.Job.$Properties instead.
         */
        interface IJob extends minchat.v1.Job.$Properties {
        }

        /** Represents a Job. */
        class Job {

            /**
             * Constructs a new Job.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Job.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Job jobId. */
            jobId: string;

            /** Job runId. */
            runId: string;

            /** Job stage. */
            stage: string;

            /** Job kind. */
            kind: string;

            /** Job plugin. */
            plugin: string;

            /** Job seed. */
            seed: number;

            /** Job settingsJson. */
            settingsJson: string;

            /** Job inputs. */
            inputs: minchat.v1.NamedArtifact.$Properties[];

            /** Job createdAtMs. */
            createdAtMs: number;

            /** Job round. */
            round: number;

            /**
             * Encodes the specified Job message. Does not implicitly {@link minchat.v1.Job.verify|verify} messages.
             * @param message Job message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Job.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Job message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Job & minchat.v1.Job.$Shape} Job
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Job & minchat.v1.Job.$Shape;
        }

        namespace Job {

            /** Properties of a Job. */
            interface $Properties {

                /** Job jobId */
                jobId?: (string|null);

                /** Job runId */
                runId?: (string|null);

                /** Job stage */
                stage?: (string|null);

                /** Job kind */
                kind?: (string|null);

                /** Job plugin */
                plugin?: (string|null);

                /** Job seed */
                seed?: (number|null);

                /** Job settingsJson */
                settingsJson?: (string|null);

                /** Job inputs */
                inputs?: (minchat.v1.NamedArtifact.$Properties[]|null);

                /** Job createdAtMs */
                createdAtMs?: (number|null);

                /** Job round */
                round?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Job. */
            type $Shape = minchat.v1.Job.$Properties;
        }

        /** JobState enum. */
        enum JobState {

            /** JOB_STATE_UNSPECIFIED value */
            JOB_STATE_UNSPECIFIED = 0,

            /** JOB_STATE_HELD value */
            JOB_STATE_HELD = 1,

            /** JOB_STATE_RELEASED value */
            JOB_STATE_RELEASED = 2,

            /** JOB_STATE_COMPLETED value */
            JOB_STATE_COMPLETED = 3,

            /** JOB_STATE_FAILED value */
            JOB_STATE_FAILED = 4,

            /** JOB_STATE_CANCELLED value */
            JOB_STATE_CANCELLED = 5
        }

        /**
         * Properties of a JobRecord.
         * @deprecated Use minchat.v1.JobRecord.$Properties instead.
         */
        interface IJobRecord extends minchat.v1.JobRecord.$Properties {
        }

        /** Represents a JobRecord. */
        class JobRecord {

            /**
             * Constructs a new JobRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.JobRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** JobRecord jobId. */
            jobId: string;

            /** JobRecord state. */
            state: minchat.v1.JobState;

            /** JobRecord workerId. */
            workerId: string;

            /** JobRecord renewedAtMs. */
            renewedAtMs: number;

            /** JobRecord leaseMs. */
            leaseMs: number;

            /** JobRecord attempt. */
            attempt: number;

            /** JobRecord checkpoint. */
            checkpoint?: (minchat.v1.Checkpoint.$Properties|null);

            /** JobRecord result. */
            result?: (minchat.v1.StageResult.$Properties|null);

            /** JobRecord error. */
            error?: (minchat.v1.Error.$Properties|null);

            /** JobRecord runId. */
            runId: string;

            /** JobRecord stage. */
            stage: string;

            /** JobRecord completedAtMs. */
            completedAtMs: number;

            /** JobRecord failures. */
            failures: number;

            /** JobRecord round. */
            round: number;

            /**
             * Encodes the specified JobRecord message. Does not implicitly {@link minchat.v1.JobRecord.verify|verify} messages.
             * @param message JobRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.JobRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a JobRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.JobRecord & minchat.v1.JobRecord.$Shape} JobRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.JobRecord & minchat.v1.JobRecord.$Shape;
        }

        namespace JobRecord {

            /** Properties of a JobRecord. */
            interface $Properties {

                /** JobRecord jobId */
                jobId?: (string|null);

                /** JobRecord state */
                state?: (minchat.v1.JobState|null);

                /** JobRecord workerId */
                workerId?: (string|null);

                /** JobRecord renewedAtMs */
                renewedAtMs?: (number|null);

                /** JobRecord leaseMs */
                leaseMs?: (number|null);

                /** JobRecord attempt */
                attempt?: (number|null);

                /** JobRecord checkpoint */
                checkpoint?: (minchat.v1.Checkpoint.$Properties|null);

                /** JobRecord result */
                result?: (minchat.v1.StageResult.$Properties|null);

                /** JobRecord error */
                error?: (minchat.v1.Error.$Properties|null);

                /** JobRecord runId */
                runId?: (string|null);

                /** JobRecord stage */
                stage?: (string|null);

                /** JobRecord completedAtMs */
                completedAtMs?: (number|null);

                /** JobRecord failures */
                failures?: (number|null);

                /** JobRecord round */
                round?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a JobRecord. */
            type $Shape = minchat.v1.JobRecord.$Properties;
        }

        /**
         * Properties of a Checkpoint.
         * @deprecated Use minchat.v1.Checkpoint.$Properties instead.
         */
        interface ICheckpoint extends minchat.v1.Checkpoint.$Properties {
        }

        /** Represents a Checkpoint. */
        class Checkpoint {

            /**
             * Constructs a new Checkpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Checkpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Checkpoint step. */
            step: number;

            /** Checkpoint artifact. */
            artifact?: (minchat.v1.ArtifactRef.$Properties|null);

            /** Checkpoint plugin. */
            plugin: string;

            /**
             * Encodes the specified Checkpoint message. Does not implicitly {@link minchat.v1.Checkpoint.verify|verify} messages.
             * @param message Checkpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Checkpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Checkpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Checkpoint & minchat.v1.Checkpoint.$Shape} Checkpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Checkpoint & minchat.v1.Checkpoint.$Shape;
        }

        namespace Checkpoint {

            /** Properties of a Checkpoint. */
            interface $Properties {

                /** Checkpoint step */
                step?: (number|null);

                /** Checkpoint artifact */
                artifact?: (minchat.v1.ArtifactRef.$Properties|null);

                /** Checkpoint plugin */
                plugin?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Checkpoint. */
            type $Shape = minchat.v1.Checkpoint.$Properties;
        }

        /**
         * Properties of a StageResult.
         * @deprecated Use minchat.v1.StageResult.$Properties instead.
         */
        interface IStageResult extends minchat.v1.StageResult.$Properties {
        }

        /** Represents a StageResult. */
        class StageResult {

            /**
             * Constructs a new StageResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageResult outputs. */
            outputs: minchat.v1.NamedArtifact.$Properties[];

            /** StageResult metrics. */
            metrics: minchat.v1.Metric.$Properties[];

            /**
             * Encodes the specified StageResult message. Does not implicitly {@link minchat.v1.StageResult.verify|verify} messages.
             * @param message StageResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageResult & minchat.v1.StageResult.$Shape} StageResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageResult & minchat.v1.StageResult.$Shape;
        }

        namespace StageResult {

            /** Properties of a StageResult. */
            interface $Properties {

                /** StageResult outputs */
                outputs?: (minchat.v1.NamedArtifact.$Properties[]|null);

                /** StageResult metrics */
                metrics?: (minchat.v1.Metric.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageResult. */
            type $Shape = minchat.v1.StageResult.$Properties;
        }

        /**
         * Properties of a Metric.
         * @deprecated Use minchat.v1.Metric.$Properties instead.
         */
        interface IMetric extends minchat.v1.Metric.$Properties {
        }

        /** Represents a Metric. */
        class Metric {

            /**
             * Constructs a new Metric.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Metric.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Metric name. */
            name: string;

            /** Metric value. */
            value: number;

            /**
             * Encodes the specified Metric message. Does not implicitly {@link minchat.v1.Metric.verify|verify} messages.
             * @param message Metric message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Metric.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Metric message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Metric & minchat.v1.Metric.$Shape} Metric
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Metric & minchat.v1.Metric.$Shape;
        }

        namespace Metric {

            /** Properties of a Metric. */
            interface $Properties {

                /** Metric name */
                name?: (string|null);

                /** Metric value */
                value?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Metric. */
            type $Shape = minchat.v1.Metric.$Properties;
        }

        /**
         * Properties of a Message.
         * @deprecated Use minchat.v1.Message.$Properties instead.
         */
        interface IMessage extends minchat.v1.Message.$Properties {
        }

        /** Represents a Message. */
        class Message {

            /**
             * Constructs a new Message.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Message.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Message role. */
            role: string;

            /** Message content. */
            content: string;

            /**
             * Encodes the specified Message message. Does not implicitly {@link minchat.v1.Message.verify|verify} messages.
             * @param message Message message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Message.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Message message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Message & minchat.v1.Message.$Shape} Message
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Message & minchat.v1.Message.$Shape;
        }

        namespace Message {

            /** Properties of a Message. */
            interface $Properties {

                /** Message role */
                role?: (string|null);

                /** Message content */
                content?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Message. */
            type $Shape = minchat.v1.Message.$Properties;
        }

        /**
         * Properties of a PromptSubmitted.
         * @deprecated Use minchat.v1.PromptSubmitted.$Properties instead.
         */
        interface IPromptSubmitted extends minchat.v1.PromptSubmitted.$Properties {
        }

        /** Represents a PromptSubmitted. */
        class PromptSubmitted {

            /**
             * Constructs a new PromptSubmitted.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.PromptSubmitted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PromptSubmitted promptId. */
            promptId: string;

            /** PromptSubmitted userId. */
            userId: string;

            /** PromptSubmitted messages. */
            messages: minchat.v1.Message.$Properties[];

            /** PromptSubmitted source. */
            source: string;

            /** PromptSubmitted atMs. */
            atMs: number;

            /**
             * Encodes the specified PromptSubmitted message. Does not implicitly {@link minchat.v1.PromptSubmitted.verify|verify} messages.
             * @param message PromptSubmitted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.PromptSubmitted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PromptSubmitted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.PromptSubmitted & minchat.v1.PromptSubmitted.$Shape} PromptSubmitted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.PromptSubmitted & minchat.v1.PromptSubmitted.$Shape;
        }

        namespace PromptSubmitted {

            /** Properties of a PromptSubmitted. */
            interface $Properties {

                /** PromptSubmitted promptId */
                promptId?: (string|null);

                /** PromptSubmitted userId */
                userId?: (string|null);

                /** PromptSubmitted messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** PromptSubmitted source */
                source?: (string|null);

                /** PromptSubmitted atMs */
                atMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PromptSubmitted. */
            type $Shape = minchat.v1.PromptSubmitted.$Properties;
        }

        /**
         * Properties of a DemonstrationWritten.
         * @deprecated Use minchat.v1.DemonstrationWritten.$Properties instead.
         */
        interface IDemonstrationWritten extends minchat.v1.DemonstrationWritten.$Properties {
        }

        /** Represents a DemonstrationWritten. */
        class DemonstrationWritten {

            /**
             * Constructs a new DemonstrationWritten.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DemonstrationWritten.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DemonstrationWritten demonstrationId. */
            demonstrationId: string;

            /** DemonstrationWritten promptId. */
            promptId: string;

            /** DemonstrationWritten labelerId. */
            labelerId: string;

            /** DemonstrationWritten messages. */
            messages: minchat.v1.Message.$Properties[];

            /** DemonstrationWritten completion. */
            completion: string;

            /** DemonstrationWritten atMs. */
            atMs: number;

            /** DemonstrationWritten userId. */
            userId: string;

            /** DemonstrationWritten note. */
            note: string;

            /** DemonstrationWritten taskId. */
            taskId: string;

            /**
             * Encodes the specified DemonstrationWritten message. Does not implicitly {@link minchat.v1.DemonstrationWritten.verify|verify} messages.
             * @param message DemonstrationWritten message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DemonstrationWritten.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DemonstrationWritten message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DemonstrationWritten & minchat.v1.DemonstrationWritten.$Shape} DemonstrationWritten
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DemonstrationWritten & minchat.v1.DemonstrationWritten.$Shape;
        }

        namespace DemonstrationWritten {

            /** Properties of a DemonstrationWritten. */
            interface $Properties {

                /** DemonstrationWritten demonstrationId */
                demonstrationId?: (string|null);

                /** DemonstrationWritten promptId */
                promptId?: (string|null);

                /** DemonstrationWritten labelerId */
                labelerId?: (string|null);

                /** DemonstrationWritten messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** DemonstrationWritten completion */
                completion?: (string|null);

                /** DemonstrationWritten atMs */
                atMs?: (number|null);

                /** DemonstrationWritten userId */
                userId?: (string|null);

                /** DemonstrationWritten note */
                note?: (string|null);

                /** DemonstrationWritten taskId */
                taskId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DemonstrationWritten. */
            type $Shape = minchat.v1.DemonstrationWritten.$Properties;
        }

        /**
         * Properties of a RankingSubmitted.
         * @deprecated Use minchat.v1.RankingSubmitted.$Properties instead.
         */
        interface IRankingSubmitted extends minchat.v1.RankingSubmitted.$Properties {
        }

        /** Represents a RankingSubmitted. */
        class RankingSubmitted {

            /**
             * Constructs a new RankingSubmitted.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RankingSubmitted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RankingSubmitted rankingId. */
            rankingId: string;

            /** RankingSubmitted promptId. */
            promptId: string;

            /** RankingSubmitted labelerId. */
            labelerId: string;

            /** RankingSubmitted messages. */
            messages: minchat.v1.Message.$Properties[];

            /** RankingSubmitted answers. */
            answers: minchat.v1.RankedAnswer.$Properties[];

            /** RankingSubmitted atMs. */
            atMs: number;

            /** RankingSubmitted taskId. */
            taskId: string;

            /** RankingSubmitted userId. */
            userId: string;

            /** RankingSubmitted note. */
            note: string;

            /**
             * Encodes the specified RankingSubmitted message. Does not implicitly {@link minchat.v1.RankingSubmitted.verify|verify} messages.
             * @param message RankingSubmitted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RankingSubmitted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RankingSubmitted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RankingSubmitted & minchat.v1.RankingSubmitted.$Shape} RankingSubmitted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RankingSubmitted & minchat.v1.RankingSubmitted.$Shape;
        }

        namespace RankingSubmitted {

            /** Properties of a RankingSubmitted. */
            interface $Properties {

                /** RankingSubmitted rankingId */
                rankingId?: (string|null);

                /** RankingSubmitted promptId */
                promptId?: (string|null);

                /** RankingSubmitted labelerId */
                labelerId?: (string|null);

                /** RankingSubmitted messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** RankingSubmitted answers */
                answers?: (minchat.v1.RankedAnswer.$Properties[]|null);

                /** RankingSubmitted atMs */
                atMs?: (number|null);

                /** RankingSubmitted taskId */
                taskId?: (string|null);

                /** RankingSubmitted userId */
                userId?: (string|null);

                /** RankingSubmitted note */
                note?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RankingSubmitted. */
            type $Shape = minchat.v1.RankingSubmitted.$Properties;
        }

        /**
         * Properties of a RankedAnswer.
         * @deprecated Use minchat.v1.RankedAnswer.$Properties instead.
         */
        interface IRankedAnswer extends minchat.v1.RankedAnswer.$Properties {
        }

        /** Represents a RankedAnswer. */
        class RankedAnswer {

            /**
             * Constructs a new RankedAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RankedAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RankedAnswer text. */
            text: string;

            /** RankedAnswer rank. */
            rank: number;

            /** RankedAnswer finished. */
            finished: boolean;

            /** RankedAnswer rating. */
            rating: number;

            /** RankedAnswer flags. */
            flags: string[];

            /** RankedAnswer model. */
            model: string;

            /**
             * Encodes the specified RankedAnswer message. Does not implicitly {@link minchat.v1.RankedAnswer.verify|verify} messages.
             * @param message RankedAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RankedAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RankedAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RankedAnswer & minchat.v1.RankedAnswer.$Shape} RankedAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RankedAnswer & minchat.v1.RankedAnswer.$Shape;
        }

        namespace RankedAnswer {

            /** Properties of a RankedAnswer. */
            interface $Properties {

                /** RankedAnswer text */
                text?: (string|null);

                /** RankedAnswer rank */
                rank?: (number|null);

                /** RankedAnswer finished */
                finished?: (boolean|null);

                /** RankedAnswer rating */
                rating?: (number|null);

                /** RankedAnswer flags */
                flags?: (string[]|null);

                /** RankedAnswer model */
                model?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RankedAnswer. */
            type $Shape = minchat.v1.RankedAnswer.$Properties;
        }

        /**
         * Properties of a GenerateRequest.
         * @deprecated Use minchat.v1.GenerateRequest.$Properties instead.
         */
        interface IGenerateRequest extends minchat.v1.GenerateRequest.$Properties {
        }

        /** Represents a GenerateRequest. */
        class GenerateRequest {

            /**
             * Constructs a new GenerateRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GenerateRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GenerateRequest requestId. */
            requestId: string;

            /** GenerateRequest model. */
            model?: (minchat.v1.ArtifactRef.$Properties|null);

            /** GenerateRequest text. */
            text?: (string|null);

            /** GenerateRequest chat. */
            chat?: (minchat.v1.Chat.$Properties|null);

            /** GenerateRequest tokens. */
            tokens?: (minchat.v1.TokenList.$Properties|null);

            /** GenerateRequest maxTokens. */
            maxTokens: number;

            /** GenerateRequest temperature. */
            temperature: number;

            /** GenerateRequest topP. */
            topP: number;

            /** GenerateRequest topK. */
            topK: number;

            /** GenerateRequest frequencyPenalty. */
            frequencyPenalty: number;

            /** GenerateRequest presencePenalty. */
            presencePenalty: number;

            /** GenerateRequest n. */
            n: number;

            /** GenerateRequest stop. */
            stop: string[];

            /** GenerateRequest seed. */
            seed: number;

            /** GenerateRequest hasSeed. */
            hasSeed: boolean;

            /** GenerateRequest topLogprobs. */
            topLogprobs: number;

            /** GenerateRequest wantLogprobs. */
            wantLogprobs: boolean;

            /** GenerateRequest logitBias. */
            logitBias: minchat.v1.LogitBias.$Properties[];

            /** GenerateRequest echo. */
            echo: boolean;

            /** GenerateRequest client. */
            client: string;

            /** GenerateRequest prompt. */
            prompt?: ("text"|"chat"|"tokens");

            /**
             * Encodes the specified GenerateRequest message. Does not implicitly {@link minchat.v1.GenerateRequest.verify|verify} messages.
             * @param message GenerateRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GenerateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GenerateRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GenerateRequest & minchat.v1.GenerateRequest.$Shape} GenerateRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GenerateRequest & minchat.v1.GenerateRequest.$Shape;
        }

        namespace GenerateRequest {

            /** Properties of a GenerateRequest. */
            interface $Properties {

                /** GenerateRequest requestId */
                requestId?: (string|null);

                /** GenerateRequest model */
                model?: (minchat.v1.ArtifactRef.$Properties|null);

                /** GenerateRequest text */
                text?: (string|null);

                /** GenerateRequest chat */
                chat?: (minchat.v1.Chat.$Properties|null);

                /** GenerateRequest tokens */
                tokens?: (minchat.v1.TokenList.$Properties|null);

                /** GenerateRequest maxTokens */
                maxTokens?: (number|null);

                /** GenerateRequest temperature */
                temperature?: (number|null);

                /** GenerateRequest topP */
                topP?: (number|null);

                /** GenerateRequest topK */
                topK?: (number|null);

                /** GenerateRequest frequencyPenalty */
                frequencyPenalty?: (number|null);

                /** GenerateRequest presencePenalty */
                presencePenalty?: (number|null);

                /** GenerateRequest n */
                n?: (number|null);

                /** GenerateRequest stop */
                stop?: (string[]|null);

                /** GenerateRequest seed */
                seed?: (number|null);

                /** GenerateRequest hasSeed */
                hasSeed?: (boolean|null);

                /** GenerateRequest topLogprobs */
                topLogprobs?: (number|null);

                /** GenerateRequest wantLogprobs */
                wantLogprobs?: (boolean|null);

                /** GenerateRequest logitBias */
                logitBias?: (minchat.v1.LogitBias.$Properties[]|null);

                /** GenerateRequest echo */
                echo?: (boolean|null);

                /** GenerateRequest client */
                client?: (string|null);

                /** GenerateRequest prompt */
                prompt?: ("text"|"chat"|"tokens");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a GenerateRequest. */
            type $Shape = {
              requestId?: string|null;
              model?: minchat.v1.ArtifactRef.$Shape|null;
              text?: string|null;
              chat?: minchat.v1.Chat.$Shape|null;
              tokens?: minchat.v1.TokenList.$Shape|null;
              maxTokens?: number|null;
              temperature?: number|null;
              topP?: number|null;
              topK?: number|null;
              frequencyPenalty?: number|null;
              presencePenalty?: number|null;
              n?: number|null;
              stop?: string[]|null;
              seed?: number|null;
              hasSeed?: boolean|null;
              topLogprobs?: number|null;
              wantLogprobs?: boolean|null;
              logitBias?: minchat.v1.LogitBias.$Shape[]|null;
              echo?: boolean|null;
              client?: string|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ prompt?: undefined; text?: null; chat?: null; tokens?: null }|{ prompt?: "text"; text: string; chat?: null; tokens?: null }|{ prompt?: "chat"; text?: null; chat: minchat.v1.Chat.$Shape; tokens?: null }|{ prompt?: "tokens"; text?: null; chat?: null; tokens: minchat.v1.TokenList.$Shape })
            );
        }

        /**
         * Properties of a Chat.
         * @deprecated Use minchat.v1.Chat.$Properties instead.
         */
        interface IChat extends minchat.v1.Chat.$Properties {
        }

        /** Represents a Chat. */
        class Chat {

            /**
             * Constructs a new Chat.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Chat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Chat messages. */
            messages: minchat.v1.Message.$Properties[];

            /**
             * Encodes the specified Chat message. Does not implicitly {@link minchat.v1.Chat.verify|verify} messages.
             * @param message Chat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Chat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Chat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Chat & minchat.v1.Chat.$Shape} Chat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Chat & minchat.v1.Chat.$Shape;
        }

        namespace Chat {

            /** Properties of a Chat. */
            interface $Properties {

                /** Chat messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Chat. */
            type $Shape = minchat.v1.Chat.$Properties;
        }

        /**
         * Properties of a TokenList.
         * @deprecated Use minchat.v1.TokenList.$Properties instead.
         */
        interface ITokenList extends minchat.v1.TokenList.$Properties {
        }

        /** Represents a TokenList. */
        class TokenList {

            /**
             * Constructs a new TokenList.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.TokenList.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TokenList tokens. */
            tokens: number[];

            /**
             * Encodes the specified TokenList message. Does not implicitly {@link minchat.v1.TokenList.verify|verify} messages.
             * @param message TokenList message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.TokenList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TokenList message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.TokenList & minchat.v1.TokenList.$Shape} TokenList
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.TokenList & minchat.v1.TokenList.$Shape;
        }

        namespace TokenList {

            /** Properties of a TokenList. */
            interface $Properties {

                /** TokenList tokens */
                tokens?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TokenList. */
            type $Shape = minchat.v1.TokenList.$Properties;
        }

        /**
         * Properties of a LogitBias.
         * @deprecated Use minchat.v1.LogitBias.$Properties instead.
         */
        interface ILogitBias extends minchat.v1.LogitBias.$Properties {
        }

        /** Represents a LogitBias. */
        class LogitBias {

            /**
             * Constructs a new LogitBias.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LogitBias.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogitBias token. */
            token: number;

            /** LogitBias bias. */
            bias: number;

            /**
             * Encodes the specified LogitBias message. Does not implicitly {@link minchat.v1.LogitBias.verify|verify} messages.
             * @param message LogitBias message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LogitBias.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogitBias message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LogitBias & minchat.v1.LogitBias.$Shape} LogitBias
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LogitBias & minchat.v1.LogitBias.$Shape;
        }

        namespace LogitBias {

            /** Properties of a LogitBias. */
            interface $Properties {

                /** LogitBias token */
                token?: (number|null);

                /** LogitBias bias */
                bias?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogitBias. */
            type $Shape = minchat.v1.LogitBias.$Properties;
        }

        /**
         * Properties of a GenerateChunk.
         * @deprecated Use minchat.v1.GenerateChunk.$Properties instead.
         */
        interface IGenerateChunk extends minchat.v1.GenerateChunk.$Properties {
        }

        /** Represents a GenerateChunk. */
        class GenerateChunk {

            /**
             * Constructs a new GenerateChunk.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GenerateChunk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GenerateChunk index. */
            index: number;

            /** GenerateChunk text. */
            text: string;

            /** GenerateChunk tokens. */
            tokens: minchat.v1.TokenLogprob.$Properties[];

            /** GenerateChunk finishReason. */
            finishReason: string;

            /** GenerateChunk promptTokens. */
            promptTokens: number;

            /** GenerateChunk completionTokens. */
            completionTokens: number;

            /**
             * Encodes the specified GenerateChunk message. Does not implicitly {@link minchat.v1.GenerateChunk.verify|verify} messages.
             * @param message GenerateChunk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GenerateChunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GenerateChunk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GenerateChunk & minchat.v1.GenerateChunk.$Shape} GenerateChunk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GenerateChunk & minchat.v1.GenerateChunk.$Shape;
        }

        namespace GenerateChunk {

            /** Properties of a GenerateChunk. */
            interface $Properties {

                /** GenerateChunk index */
                index?: (number|null);

                /** GenerateChunk text */
                text?: (string|null);

                /** GenerateChunk tokens */
                tokens?: (minchat.v1.TokenLogprob.$Properties[]|null);

                /** GenerateChunk finishReason */
                finishReason?: (string|null);

                /** GenerateChunk promptTokens */
                promptTokens?: (number|null);

                /** GenerateChunk completionTokens */
                completionTokens?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GenerateChunk. */
            type $Shape = minchat.v1.GenerateChunk.$Properties;
        }

        /**
         * Properties of a TokenLogprob.
         * @deprecated Use minchat.v1.TokenLogprob.$Properties instead.
         */
        interface ITokenLogprob extends minchat.v1.TokenLogprob.$Properties {
        }

        /** Represents a TokenLogprob. */
        class TokenLogprob {

            /**
             * Constructs a new TokenLogprob.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.TokenLogprob.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TokenLogprob token. */
            token: number;

            /** TokenLogprob text. */
            text: string;

            /** TokenLogprob logprob. */
            logprob: number;

            /** TokenLogprob top. */
            top: minchat.v1.AlternativeToken.$Properties[];

            /** TokenLogprob raw. */
            raw: Uint8Array;

            /** TokenLogprob textOffset. */
            textOffset: number;

            /**
             * Encodes the specified TokenLogprob message. Does not implicitly {@link minchat.v1.TokenLogprob.verify|verify} messages.
             * @param message TokenLogprob message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.TokenLogprob.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TokenLogprob message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.TokenLogprob & minchat.v1.TokenLogprob.$Shape} TokenLogprob
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.TokenLogprob & minchat.v1.TokenLogprob.$Shape;
        }

        namespace TokenLogprob {

            /** Properties of a TokenLogprob. */
            interface $Properties {

                /** TokenLogprob token */
                token?: (number|null);

                /** TokenLogprob text */
                text?: (string|null);

                /** TokenLogprob logprob */
                logprob?: (number|null);

                /** TokenLogprob top */
                top?: (minchat.v1.AlternativeToken.$Properties[]|null);

                /** TokenLogprob raw */
                raw?: (Uint8Array|null);

                /** TokenLogprob textOffset */
                textOffset?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TokenLogprob. */
            type $Shape = minchat.v1.TokenLogprob.$Properties;
        }

        /**
         * Properties of an AlternativeToken.
         * @deprecated Use minchat.v1.AlternativeToken.$Properties instead.
         */
        interface IAlternativeToken extends minchat.v1.AlternativeToken.$Properties {
        }

        /** Represents an AlternativeToken. */
        class AlternativeToken {

            /**
             * Constructs a new AlternativeToken.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.AlternativeToken.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlternativeToken token. */
            token: number;

            /** AlternativeToken text. */
            text: string;

            /** AlternativeToken logprob. */
            logprob: number;

            /** AlternativeToken raw. */
            raw: Uint8Array;

            /**
             * Encodes the specified AlternativeToken message. Does not implicitly {@link minchat.v1.AlternativeToken.verify|verify} messages.
             * @param message AlternativeToken message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.AlternativeToken.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlternativeToken message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.AlternativeToken & minchat.v1.AlternativeToken.$Shape} AlternativeToken
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.AlternativeToken & minchat.v1.AlternativeToken.$Shape;
        }

        namespace AlternativeToken {

            /** Properties of an AlternativeToken. */
            interface $Properties {

                /** AlternativeToken token */
                token?: (number|null);

                /** AlternativeToken text */
                text?: (string|null);

                /** AlternativeToken logprob */
                logprob?: (number|null);

                /** AlternativeToken raw */
                raw?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlternativeToken. */
            type $Shape = minchat.v1.AlternativeToken.$Properties;
        }

        /**
         * Properties of a ScoreRequest.
         * @deprecated Use minchat.v1.ScoreRequest.$Properties instead.
         */
        interface IScoreRequest extends minchat.v1.ScoreRequest.$Properties {
        }

        /** Represents a ScoreRequest. */
        class ScoreRequest {

            /**
             * Constructs a new ScoreRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ScoreRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ScoreRequest model. */
            model?: (minchat.v1.ArtifactRef.$Properties|null);

            /** ScoreRequest texts. */
            texts: minchat.v1.ScoredText.$Properties[];

            /** ScoreRequest client. */
            client: string;

            /**
             * Encodes the specified ScoreRequest message. Does not implicitly {@link minchat.v1.ScoreRequest.verify|verify} messages.
             * @param message ScoreRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ScoreRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ScoreRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ScoreRequest & minchat.v1.ScoreRequest.$Shape} ScoreRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ScoreRequest & minchat.v1.ScoreRequest.$Shape;
        }

        namespace ScoreRequest {

            /** Properties of a ScoreRequest. */
            interface $Properties {

                /** ScoreRequest model */
                model?: (minchat.v1.ArtifactRef.$Properties|null);

                /** ScoreRequest texts */
                texts?: (minchat.v1.ScoredText.$Properties[]|null);

                /** ScoreRequest client */
                client?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ScoreRequest. */
            type $Shape = minchat.v1.ScoreRequest.$Properties;
        }

        /**
         * Properties of a ScoredText.
         * @deprecated Use minchat.v1.ScoredText.$Properties instead.
         */
        interface IScoredText extends minchat.v1.ScoredText.$Properties {
        }

        /** Represents a ScoredText. */
        class ScoredText {

            /**
             * Constructs a new ScoredText.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ScoredText.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ScoredText messages. */
            messages: minchat.v1.Message.$Properties[];

            /** ScoredText completion. */
            completion: string;

            /**
             * Encodes the specified ScoredText message. Does not implicitly {@link minchat.v1.ScoredText.verify|verify} messages.
             * @param message ScoredText message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ScoredText.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ScoredText message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ScoredText & minchat.v1.ScoredText.$Shape} ScoredText
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ScoredText & minchat.v1.ScoredText.$Shape;
        }

        namespace ScoredText {

            /** Properties of a ScoredText. */
            interface $Properties {

                /** ScoredText messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** ScoredText completion */
                completion?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ScoredText. */
            type $Shape = minchat.v1.ScoredText.$Properties;
        }

        /**
         * Properties of a ScoreReply.
         * @deprecated Use minchat.v1.ScoreReply.$Properties instead.
         */
        interface IScoreReply extends minchat.v1.ScoreReply.$Properties {
        }

        /** Represents a ScoreReply. */
        class ScoreReply {

            /**
             * Constructs a new ScoreReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ScoreReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ScoreReply scores. */
            scores: number[];

            /**
             * Encodes the specified ScoreReply message. Does not implicitly {@link minchat.v1.ScoreReply.verify|verify} messages.
             * @param message ScoreReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ScoreReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ScoreReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ScoreReply & minchat.v1.ScoreReply.$Shape} ScoreReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ScoreReply & minchat.v1.ScoreReply.$Shape;
        }

        namespace ScoreReply {

            /** Properties of a ScoreReply. */
            interface $Properties {

                /** ScoreReply scores */
                scores?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ScoreReply. */
            type $Shape = minchat.v1.ScoreReply.$Properties;
        }

        /**
         * Properties of an EmbedRequest.
         * @deprecated Use minchat.v1.EmbedRequest.$Properties instead.
         */
        interface IEmbedRequest extends minchat.v1.EmbedRequest.$Properties {
        }

        /** Represents an EmbedRequest. */
        class EmbedRequest {

            /**
             * Constructs a new EmbedRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.EmbedRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EmbedRequest model. */
            model?: (minchat.v1.ArtifactRef.$Properties|null);

            /** EmbedRequest inputs. */
            inputs: minchat.v1.EmbedInput.$Properties[];

            /** EmbedRequest client. */
            client: string;

            /**
             * Encodes the specified EmbedRequest message. Does not implicitly {@link minchat.v1.EmbedRequest.verify|verify} messages.
             * @param message EmbedRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.EmbedRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EmbedRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.EmbedRequest & minchat.v1.EmbedRequest.$Shape} EmbedRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.EmbedRequest & minchat.v1.EmbedRequest.$Shape;
        }

        namespace EmbedRequest {

            /** Properties of an EmbedRequest. */
            interface $Properties {

                /** EmbedRequest model */
                model?: (minchat.v1.ArtifactRef.$Properties|null);

                /** EmbedRequest inputs */
                inputs?: (minchat.v1.EmbedInput.$Properties[]|null);

                /** EmbedRequest client */
                client?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EmbedRequest. */
            type $Shape = {
              model?: minchat.v1.ArtifactRef.$Shape|null;
              inputs?: minchat.v1.EmbedInput.$Shape[]|null;
              client?: string|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an EmbedInput.
         * @deprecated Use minchat.v1.EmbedInput.$Properties instead.
         */
        interface IEmbedInput extends minchat.v1.EmbedInput.$Properties {
        }

        /** Represents an EmbedInput. */
        class EmbedInput {

            /**
             * Constructs a new EmbedInput.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.EmbedInput.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EmbedInput text. */
            text?: (string|null);

            /** EmbedInput tokens. */
            tokens?: (minchat.v1.TokenList.$Properties|null);

            /** EmbedInput input. */
            input?: ("text"|"tokens");

            /**
             * Encodes the specified EmbedInput message. Does not implicitly {@link minchat.v1.EmbedInput.verify|verify} messages.
             * @param message EmbedInput message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.EmbedInput.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EmbedInput message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.EmbedInput & minchat.v1.EmbedInput.$Shape} EmbedInput
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.EmbedInput & minchat.v1.EmbedInput.$Shape;
        }

        namespace EmbedInput {

            /** Properties of an EmbedInput. */
            interface $Properties {

                /** EmbedInput text */
                text?: (string|null);

                /** EmbedInput tokens */
                tokens?: (minchat.v1.TokenList.$Properties|null);

                /** EmbedInput input */
                input?: ("text"|"tokens");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an EmbedInput. */
            type $Shape = {
              text?: string|null;
              tokens?: minchat.v1.TokenList.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ input?: undefined; text?: null; tokens?: null }|{ input?: "text"; text: string; tokens?: null }|{ input?: "tokens"; text?: null; tokens: minchat.v1.TokenList.$Shape })
            );
        }

        /**
         * Properties of an EmbedReply.
         * @deprecated Use minchat.v1.EmbedReply.$Properties instead.
         */
        interface IEmbedReply extends minchat.v1.EmbedReply.$Properties {
        }

        /** Represents an EmbedReply. */
        class EmbedReply {

            /**
             * Constructs a new EmbedReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.EmbedReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EmbedReply embeddings. */
            embeddings: minchat.v1.Embedding.$Properties[];

            /** EmbedReply promptTokens. */
            promptTokens: number;

            /**
             * Encodes the specified EmbedReply message. Does not implicitly {@link minchat.v1.EmbedReply.verify|verify} messages.
             * @param message EmbedReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.EmbedReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EmbedReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.EmbedReply & minchat.v1.EmbedReply.$Shape} EmbedReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.EmbedReply & minchat.v1.EmbedReply.$Shape;
        }

        namespace EmbedReply {

            /** Properties of an EmbedReply. */
            interface $Properties {

                /** EmbedReply embeddings */
                embeddings?: (minchat.v1.Embedding.$Properties[]|null);

                /** EmbedReply promptTokens */
                promptTokens?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EmbedReply. */
            type $Shape = minchat.v1.EmbedReply.$Properties;
        }

        /**
         * Properties of an Embedding.
         * @deprecated Use minchat.v1.Embedding.$Properties instead.
         */
        interface IEmbedding extends minchat.v1.Embedding.$Properties {
        }

        /** Represents an Embedding. */
        class Embedding {

            /**
             * Constructs a new Embedding.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Embedding.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Embedding values. */
            values: number[];

            /**
             * Encodes the specified Embedding message. Does not implicitly {@link minchat.v1.Embedding.verify|verify} messages.
             * @param message Embedding message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Embedding.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Embedding message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Embedding & minchat.v1.Embedding.$Shape} Embedding
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Embedding & minchat.v1.Embedding.$Shape;
        }

        namespace Embedding {

            /** Properties of an Embedding. */
            interface $Properties {

                /** Embedding values */
                values?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Embedding. */
            type $Shape = minchat.v1.Embedding.$Properties;
        }

        /**
         * Properties of an Actor.
         * @deprecated Use minchat.v1.Actor.$Properties instead.
         */
        interface IActor extends minchat.v1.Actor.$Properties {
        }

        /** Represents an Actor. */
        class Actor {

            /**
             * Constructs a new Actor.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Actor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Actor accountId. */
            accountId: string;

            /** Actor name. */
            name: string;

            /** Actor address. */
            address: string;

            /**
             * Encodes the specified Actor message. Does not implicitly {@link minchat.v1.Actor.verify|verify} messages.
             * @param message Actor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Actor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Actor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Actor & minchat.v1.Actor.$Shape} Actor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Actor & minchat.v1.Actor.$Shape;
        }

        namespace Actor {

            /** Properties of an Actor. */
            interface $Properties {

                /** Actor accountId */
                accountId?: (string|null);

                /** Actor name */
                name?: (string|null);

                /** Actor address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Actor. */
            type $Shape = minchat.v1.Actor.$Properties;
        }

        /**
         * Properties of an Account.
         * @deprecated Use minchat.v1.Account.$Properties instead.
         */
        interface IAccount extends minchat.v1.Account.$Properties {
        }

        /** Represents an Account. */
        class Account {

            /**
             * Constructs a new Account.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Account.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Account accountId. */
            accountId: string;

            /** Account name. */
            name: string;

            /** Account role. */
            role: string;

            /** Account disabled. */
            disabled: boolean;

            /** Account createdAtMs. */
            createdAtMs: number;

            /** Account seenAtMs. */
            seenAtMs: number;

            /**
             * Encodes the specified Account message. Does not implicitly {@link minchat.v1.Account.verify|verify} messages.
             * @param message Account message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Account.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Account message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Account & minchat.v1.Account.$Shape} Account
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Account & minchat.v1.Account.$Shape;
        }

        namespace Account {

            /** Properties of an Account. */
            interface $Properties {

                /** Account accountId */
                accountId?: (string|null);

                /** Account name */
                name?: (string|null);

                /** Account role */
                role?: (string|null);

                /** Account disabled */
                disabled?: (boolean|null);

                /** Account createdAtMs */
                createdAtMs?: (number|null);

                /** Account seenAtMs */
                seenAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Account. */
            type $Shape = minchat.v1.Account.$Properties;
        }

        /**
         * Properties of a CheckSessionRequest.
         * @deprecated Use minchat.v1.CheckSessionRequest.$Properties instead.
         */
        interface ICheckSessionRequest extends minchat.v1.CheckSessionRequest.$Properties {
        }

        /** Represents a CheckSessionRequest. */
        class CheckSessionRequest {

            /**
             * Constructs a new CheckSessionRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.CheckSessionRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CheckSessionRequest tokenHash. */
            tokenHash: string;

            /**
             * Encodes the specified CheckSessionRequest message. Does not implicitly {@link minchat.v1.CheckSessionRequest.verify|verify} messages.
             * @param message CheckSessionRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.CheckSessionRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CheckSessionRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.CheckSessionRequest & minchat.v1.CheckSessionRequest.$Shape} CheckSessionRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.CheckSessionRequest & minchat.v1.CheckSessionRequest.$Shape;
        }

        namespace CheckSessionRequest {

            /** Properties of a CheckSessionRequest. */
            interface $Properties {

                /** CheckSessionRequest tokenHash */
                tokenHash?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CheckSessionRequest. */
            type $Shape = minchat.v1.CheckSessionRequest.$Properties;
        }

        /**
         * Properties of a CheckSessionReply.
         * @deprecated Use minchat.v1.CheckSessionReply.$Properties instead.
         */
        interface ICheckSessionReply extends minchat.v1.CheckSessionReply.$Properties {
        }

        /** Represents a CheckSessionReply. */
        class CheckSessionReply {

            /**
             * Constructs a new CheckSessionReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.CheckSessionReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CheckSessionReply account. */
            account?: (minchat.v1.Account.$Properties|null);

            /** CheckSessionReply sessionId. */
            sessionId: string;

            /**
             * Encodes the specified CheckSessionReply message. Does not implicitly {@link minchat.v1.CheckSessionReply.verify|verify} messages.
             * @param message CheckSessionReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.CheckSessionReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CheckSessionReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.CheckSessionReply & minchat.v1.CheckSessionReply.$Shape} CheckSessionReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.CheckSessionReply & minchat.v1.CheckSessionReply.$Shape;
        }

        namespace CheckSessionReply {

            /** Properties of a CheckSessionReply. */
            interface $Properties {

                /** CheckSessionReply account */
                account?: (minchat.v1.Account.$Properties|null);

                /** CheckSessionReply sessionId */
                sessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CheckSessionReply. */
            type $Shape = minchat.v1.CheckSessionReply.$Properties;
        }

        /**
         * Properties of a CheckKeyRequest.
         * @deprecated Use minchat.v1.CheckKeyRequest.$Properties instead.
         */
        interface ICheckKeyRequest extends minchat.v1.CheckKeyRequest.$Properties {
        }

        /** Represents a CheckKeyRequest. */
        class CheckKeyRequest {

            /**
             * Constructs a new CheckKeyRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.CheckKeyRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CheckKeyRequest keyHash. */
            keyHash: string;

            /**
             * Encodes the specified CheckKeyRequest message. Does not implicitly {@link minchat.v1.CheckKeyRequest.verify|verify} messages.
             * @param message CheckKeyRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.CheckKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CheckKeyRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.CheckKeyRequest & minchat.v1.CheckKeyRequest.$Shape} CheckKeyRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.CheckKeyRequest & minchat.v1.CheckKeyRequest.$Shape;
        }

        namespace CheckKeyRequest {

            /** Properties of a CheckKeyRequest. */
            interface $Properties {

                /** CheckKeyRequest keyHash */
                keyHash?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CheckKeyRequest. */
            type $Shape = minchat.v1.CheckKeyRequest.$Properties;
        }

        /**
         * Properties of a CheckKeyReply.
         * @deprecated Use minchat.v1.CheckKeyReply.$Properties instead.
         */
        interface ICheckKeyReply extends minchat.v1.CheckKeyReply.$Properties {
        }

        /** Represents a CheckKeyReply. */
        class CheckKeyReply {

            /**
             * Constructs a new CheckKeyReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.CheckKeyReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CheckKeyReply key. */
            key?: (minchat.v1.ApiKey.$Properties|null);

            /**
             * Encodes the specified CheckKeyReply message. Does not implicitly {@link minchat.v1.CheckKeyReply.verify|verify} messages.
             * @param message CheckKeyReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.CheckKeyReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CheckKeyReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.CheckKeyReply & minchat.v1.CheckKeyReply.$Shape} CheckKeyReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.CheckKeyReply & minchat.v1.CheckKeyReply.$Shape;
        }

        namespace CheckKeyReply {

            /** Properties of a CheckKeyReply. */
            interface $Properties {

                /** CheckKeyReply key */
                key?: (minchat.v1.ApiKey.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CheckKeyReply. */
            type $Shape = minchat.v1.CheckKeyReply.$Properties;
        }

        /**
         * Properties of a LogInRequest.
         * @deprecated Use minchat.v1.LogInRequest.$Properties instead.
         */
        interface ILogInRequest extends minchat.v1.LogInRequest.$Properties {
        }

        /** Represents a LogInRequest. */
        class LogInRequest {

            /**
             * Constructs a new LogInRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LogInRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogInRequest name. */
            name: string;

            /** LogInRequest password. */
            password: string;

            /** LogInRequest address. */
            address: string;

            /** LogInRequest agent. */
            agent: string;

            /**
             * Encodes the specified LogInRequest message. Does not implicitly {@link minchat.v1.LogInRequest.verify|verify} messages.
             * @param message LogInRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LogInRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogInRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LogInRequest & minchat.v1.LogInRequest.$Shape} LogInRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LogInRequest & minchat.v1.LogInRequest.$Shape;
        }

        namespace LogInRequest {

            /** Properties of a LogInRequest. */
            interface $Properties {

                /** LogInRequest name */
                name?: (string|null);

                /** LogInRequest password */
                password?: (string|null);

                /** LogInRequest address */
                address?: (string|null);

                /** LogInRequest agent */
                agent?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogInRequest. */
            type $Shape = minchat.v1.LogInRequest.$Properties;
        }

        /**
         * Properties of a SessionReply.
         * @deprecated Use minchat.v1.SessionReply.$Properties instead.
         */
        interface ISessionReply extends minchat.v1.SessionReply.$Properties {
        }

        /** Represents a SessionReply. */
        class SessionReply {

            /**
             * Constructs a new SessionReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SessionReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SessionReply token. */
            token: string;

            /** SessionReply account. */
            account?: (minchat.v1.Account.$Properties|null);

            /**
             * Encodes the specified SessionReply message. Does not implicitly {@link minchat.v1.SessionReply.verify|verify} messages.
             * @param message SessionReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SessionReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SessionReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SessionReply & minchat.v1.SessionReply.$Shape} SessionReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SessionReply & minchat.v1.SessionReply.$Shape;
        }

        namespace SessionReply {

            /** Properties of a SessionReply. */
            interface $Properties {

                /** SessionReply token */
                token?: (string|null);

                /** SessionReply account */
                account?: (minchat.v1.Account.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SessionReply. */
            type $Shape = minchat.v1.SessionReply.$Properties;
        }

        /**
         * Properties of a ListSessionsRequest.
         * @deprecated Use minchat.v1.ListSessionsRequest.$Properties instead.
         */
        interface IListSessionsRequest extends minchat.v1.ListSessionsRequest.$Properties {
        }

        /** Represents a ListSessionsRequest. */
        class ListSessionsRequest {

            /**
             * Constructs a new ListSessionsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListSessionsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListSessionsRequest accountId. */
            accountId: string;

            /**
             * Encodes the specified ListSessionsRequest message. Does not implicitly {@link minchat.v1.ListSessionsRequest.verify|verify} messages.
             * @param message ListSessionsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListSessionsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListSessionsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListSessionsRequest & minchat.v1.ListSessionsRequest.$Shape} ListSessionsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListSessionsRequest & minchat.v1.ListSessionsRequest.$Shape;
        }

        namespace ListSessionsRequest {

            /** Properties of a ListSessionsRequest. */
            interface $Properties {

                /** ListSessionsRequest accountId */
                accountId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListSessionsRequest. */
            type $Shape = minchat.v1.ListSessionsRequest.$Properties;
        }

        /**
         * Properties of an EndSessionsRequest.
         * @deprecated Use minchat.v1.EndSessionsRequest.$Properties instead.
         */
        interface IEndSessionsRequest extends minchat.v1.EndSessionsRequest.$Properties {
        }

        /** Represents an EndSessionsRequest. */
        class EndSessionsRequest {

            /**
             * Constructs a new EndSessionsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.EndSessionsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EndSessionsRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** EndSessionsRequest accountId. */
            accountId: string;

            /** EndSessionsRequest sessionId. */
            sessionId: string;

            /** EndSessionsRequest keepSessionId. */
            keepSessionId: string;

            /**
             * Encodes the specified EndSessionsRequest message. Does not implicitly {@link minchat.v1.EndSessionsRequest.verify|verify} messages.
             * @param message EndSessionsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.EndSessionsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EndSessionsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.EndSessionsRequest & minchat.v1.EndSessionsRequest.$Shape} EndSessionsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.EndSessionsRequest & minchat.v1.EndSessionsRequest.$Shape;
        }

        namespace EndSessionsRequest {

            /** Properties of an EndSessionsRequest. */
            interface $Properties {

                /** EndSessionsRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** EndSessionsRequest accountId */
                accountId?: (string|null);

                /** EndSessionsRequest sessionId */
                sessionId?: (string|null);

                /** EndSessionsRequest keepSessionId */
                keepSessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EndSessionsRequest. */
            type $Shape = minchat.v1.EndSessionsRequest.$Properties;
        }

        /**
         * Properties of a ListSessionsReply.
         * @deprecated Use minchat.v1.ListSessionsReply.$Properties instead.
         */
        interface IListSessionsReply extends minchat.v1.ListSessionsReply.$Properties {
        }

        /** Represents a ListSessionsReply. */
        class ListSessionsReply {

            /**
             * Constructs a new ListSessionsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListSessionsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListSessionsReply sessions. */
            sessions: minchat.v1.Session.$Properties[];

            /**
             * Encodes the specified ListSessionsReply message. Does not implicitly {@link minchat.v1.ListSessionsReply.verify|verify} messages.
             * @param message ListSessionsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListSessionsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListSessionsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListSessionsReply & minchat.v1.ListSessionsReply.$Shape} ListSessionsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListSessionsReply & minchat.v1.ListSessionsReply.$Shape;
        }

        namespace ListSessionsReply {

            /** Properties of a ListSessionsReply. */
            interface $Properties {

                /** ListSessionsReply sessions */
                sessions?: (minchat.v1.Session.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListSessionsReply. */
            type $Shape = minchat.v1.ListSessionsReply.$Properties;
        }

        /**
         * Properties of a Session.
         * @deprecated Use minchat.v1.Session.$Properties instead.
         */
        interface ISession extends minchat.v1.Session.$Properties {
        }

        /** Represents a Session. */
        class Session {

            /**
             * Constructs a new Session.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Session.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Session sessionId. */
            sessionId: string;

            /** Session address. */
            address: string;

            /** Session agent. */
            agent: string;

            /** Session createdAtMs. */
            createdAtMs: number;

            /** Session seenAtMs. */
            seenAtMs: number;

            /**
             * Encodes the specified Session message. Does not implicitly {@link minchat.v1.Session.verify|verify} messages.
             * @param message Session message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Session.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Session message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Session & minchat.v1.Session.$Shape} Session
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Session & minchat.v1.Session.$Shape;
        }

        namespace Session {

            /** Properties of a Session. */
            interface $Properties {

                /** Session sessionId */
                sessionId?: (string|null);

                /** Session address */
                address?: (string|null);

                /** Session agent */
                agent?: (string|null);

                /** Session createdAtMs */
                createdAtMs?: (number|null);

                /** Session seenAtMs */
                seenAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Session. */
            type $Shape = minchat.v1.Session.$Properties;
        }

        /**
         * Properties of a ChangePasswordRequest.
         * @deprecated Use minchat.v1.ChangePasswordRequest.$Properties instead.
         */
        interface IChangePasswordRequest extends minchat.v1.ChangePasswordRequest.$Properties {
        }

        /** Represents a ChangePasswordRequest. */
        class ChangePasswordRequest {

            /**
             * Constructs a new ChangePasswordRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ChangePasswordRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ChangePasswordRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** ChangePasswordRequest oldPassword. */
            oldPassword: string;

            /** ChangePasswordRequest newPassword. */
            newPassword: string;

            /** ChangePasswordRequest sessionId. */
            sessionId: string;

            /**
             * Encodes the specified ChangePasswordRequest message. Does not implicitly {@link minchat.v1.ChangePasswordRequest.verify|verify} messages.
             * @param message ChangePasswordRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ChangePasswordRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChangePasswordRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ChangePasswordRequest & minchat.v1.ChangePasswordRequest.$Shape} ChangePasswordRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ChangePasswordRequest & minchat.v1.ChangePasswordRequest.$Shape;
        }

        namespace ChangePasswordRequest {

            /** Properties of a ChangePasswordRequest. */
            interface $Properties {

                /** ChangePasswordRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** ChangePasswordRequest oldPassword */
                oldPassword?: (string|null);

                /** ChangePasswordRequest newPassword */
                newPassword?: (string|null);

                /** ChangePasswordRequest sessionId */
                sessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ChangePasswordRequest. */
            type $Shape = minchat.v1.ChangePasswordRequest.$Properties;
        }

        /**
         * Properties of a ChangePasswordReply.
         * @deprecated Use minchat.v1.ChangePasswordReply.$Properties instead.
         */
        interface IChangePasswordReply extends minchat.v1.ChangePasswordReply.$Properties {
        }

        /** Represents a ChangePasswordReply. */
        class ChangePasswordReply {

            /**
             * Constructs a new ChangePasswordReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ChangePasswordReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ChangePasswordReply message. Does not implicitly {@link minchat.v1.ChangePasswordReply.verify|verify} messages.
             * @param message ChangePasswordReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ChangePasswordReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChangePasswordReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ChangePasswordReply & minchat.v1.ChangePasswordReply.$Shape} ChangePasswordReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ChangePasswordReply & minchat.v1.ChangePasswordReply.$Shape;
        }

        namespace ChangePasswordReply {

            /** Properties of a ChangePasswordReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ChangePasswordReply. */
            type $Shape = minchat.v1.ChangePasswordReply.$Properties;
        }

        /**
         * Properties of an AdminMissingRequest.
         * @deprecated Use minchat.v1.AdminMissingRequest.$Properties instead.
         */
        interface IAdminMissingRequest extends minchat.v1.AdminMissingRequest.$Properties {
        }

        /** Represents an AdminMissingRequest. */
        class AdminMissingRequest {

            /**
             * Constructs a new AdminMissingRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.AdminMissingRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified AdminMissingRequest message. Does not implicitly {@link minchat.v1.AdminMissingRequest.verify|verify} messages.
             * @param message AdminMissingRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.AdminMissingRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AdminMissingRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.AdminMissingRequest & minchat.v1.AdminMissingRequest.$Shape} AdminMissingRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.AdminMissingRequest & minchat.v1.AdminMissingRequest.$Shape;
        }

        namespace AdminMissingRequest {

            /** Properties of an AdminMissingRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AdminMissingRequest. */
            type $Shape = minchat.v1.AdminMissingRequest.$Properties;
        }

        /**
         * Properties of an AdminMissingReply.
         * @deprecated Use minchat.v1.AdminMissingReply.$Properties instead.
         */
        interface IAdminMissingReply extends minchat.v1.AdminMissingReply.$Properties {
        }

        /** Represents an AdminMissingReply. */
        class AdminMissingReply {

            /**
             * Constructs a new AdminMissingReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.AdminMissingReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AdminMissingReply missing. */
            missing: boolean;

            /**
             * Encodes the specified AdminMissingReply message. Does not implicitly {@link minchat.v1.AdminMissingReply.verify|verify} messages.
             * @param message AdminMissingReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.AdminMissingReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AdminMissingReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.AdminMissingReply & minchat.v1.AdminMissingReply.$Shape} AdminMissingReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.AdminMissingReply & minchat.v1.AdminMissingReply.$Shape;
        }

        namespace AdminMissingReply {

            /** Properties of an AdminMissingReply. */
            interface $Properties {

                /** AdminMissingReply missing */
                missing?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AdminMissingReply. */
            type $Shape = minchat.v1.AdminMissingReply.$Properties;
        }

        /**
         * Properties of a ListPeopleRequest.
         * @deprecated Use minchat.v1.ListPeopleRequest.$Properties instead.
         */
        interface IListPeopleRequest extends minchat.v1.ListPeopleRequest.$Properties {
        }

        /** Represents a ListPeopleRequest. */
        class ListPeopleRequest {

            /**
             * Constructs a new ListPeopleRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListPeopleRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ListPeopleRequest message. Does not implicitly {@link minchat.v1.ListPeopleRequest.verify|verify} messages.
             * @param message ListPeopleRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListPeopleRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListPeopleRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListPeopleRequest & minchat.v1.ListPeopleRequest.$Shape} ListPeopleRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListPeopleRequest & minchat.v1.ListPeopleRequest.$Shape;
        }

        namespace ListPeopleRequest {

            /** Properties of a ListPeopleRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListPeopleRequest. */
            type $Shape = minchat.v1.ListPeopleRequest.$Properties;
        }

        /**
         * Properties of a ListPeopleReply.
         * @deprecated Use minchat.v1.ListPeopleReply.$Properties instead.
         */
        interface IListPeopleReply extends minchat.v1.ListPeopleReply.$Properties {
        }

        /** Represents a ListPeopleReply. */
        class ListPeopleReply {

            /**
             * Constructs a new ListPeopleReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListPeopleReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListPeopleReply accounts. */
            accounts: minchat.v1.Account.$Properties[];

            /** ListPeopleReply invitations. */
            invitations: minchat.v1.Invitation.$Properties[];

            /**
             * Encodes the specified ListPeopleReply message. Does not implicitly {@link minchat.v1.ListPeopleReply.verify|verify} messages.
             * @param message ListPeopleReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListPeopleReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListPeopleReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListPeopleReply & minchat.v1.ListPeopleReply.$Shape} ListPeopleReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListPeopleReply & minchat.v1.ListPeopleReply.$Shape;
        }

        namespace ListPeopleReply {

            /** Properties of a ListPeopleReply. */
            interface $Properties {

                /** ListPeopleReply accounts */
                accounts?: (minchat.v1.Account.$Properties[]|null);

                /** ListPeopleReply invitations */
                invitations?: (minchat.v1.Invitation.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListPeopleReply. */
            type $Shape = minchat.v1.ListPeopleReply.$Properties;
        }

        /**
         * Properties of a ChangeAccountRequest.
         * @deprecated Use minchat.v1.ChangeAccountRequest.$Properties instead.
         */
        interface IChangeAccountRequest extends minchat.v1.ChangeAccountRequest.$Properties {
        }

        /** Represents a ChangeAccountRequest. */
        class ChangeAccountRequest {

            /**
             * Constructs a new ChangeAccountRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ChangeAccountRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ChangeAccountRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** ChangeAccountRequest accountId. */
            accountId: string;

            /** ChangeAccountRequest role. */
            role: string;

            /** ChangeAccountRequest disable. */
            disable: boolean;

            /** ChangeAccountRequest enable. */
            enable: boolean;

            /**
             * Encodes the specified ChangeAccountRequest message. Does not implicitly {@link minchat.v1.ChangeAccountRequest.verify|verify} messages.
             * @param message ChangeAccountRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ChangeAccountRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChangeAccountRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ChangeAccountRequest & minchat.v1.ChangeAccountRequest.$Shape} ChangeAccountRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ChangeAccountRequest & minchat.v1.ChangeAccountRequest.$Shape;
        }

        namespace ChangeAccountRequest {

            /** Properties of a ChangeAccountRequest. */
            interface $Properties {

                /** ChangeAccountRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** ChangeAccountRequest accountId */
                accountId?: (string|null);

                /** ChangeAccountRequest role */
                role?: (string|null);

                /** ChangeAccountRequest disable */
                disable?: (boolean|null);

                /** ChangeAccountRequest enable */
                enable?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ChangeAccountRequest. */
            type $Shape = minchat.v1.ChangeAccountRequest.$Properties;
        }

        /**
         * Properties of an Invitation.
         * @deprecated Use minchat.v1.Invitation.$Properties instead.
         */
        interface IInvitation extends minchat.v1.Invitation.$Properties {
        }

        /** Represents an Invitation. */
        class Invitation {

            /**
             * Constructs a new Invitation.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Invitation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Invitation invitationId. */
            invitationId: string;

            /** Invitation role. */
            role: string;

            /** Invitation note. */
            note: string;

            /** Invitation accountId. */
            accountId: string;

            /** Invitation expiresAtMs. */
            expiresAtMs: number;

            /**
             * Encodes the specified Invitation message. Does not implicitly {@link minchat.v1.Invitation.verify|verify} messages.
             * @param message Invitation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Invitation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Invitation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Invitation & minchat.v1.Invitation.$Shape} Invitation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Invitation & minchat.v1.Invitation.$Shape;
        }

        namespace Invitation {

            /** Properties of an Invitation. */
            interface $Properties {

                /** Invitation invitationId */
                invitationId?: (string|null);

                /** Invitation role */
                role?: (string|null);

                /** Invitation note */
                note?: (string|null);

                /** Invitation accountId */
                accountId?: (string|null);

                /** Invitation expiresAtMs */
                expiresAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Invitation. */
            type $Shape = minchat.v1.Invitation.$Properties;
        }

        /**
         * Properties of an InviteRequest.
         * @deprecated Use minchat.v1.InviteRequest.$Properties instead.
         */
        interface IInviteRequest extends minchat.v1.InviteRequest.$Properties {
        }

        /** Represents an InviteRequest. */
        class InviteRequest {

            /**
             * Constructs a new InviteRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.InviteRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InviteRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** InviteRequest role. */
            role: string;

            /** InviteRequest note. */
            note: string;

            /** InviteRequest accountId. */
            accountId: string;

            /**
             * Encodes the specified InviteRequest message. Does not implicitly {@link minchat.v1.InviteRequest.verify|verify} messages.
             * @param message InviteRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.InviteRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InviteRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.InviteRequest & minchat.v1.InviteRequest.$Shape} InviteRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.InviteRequest & minchat.v1.InviteRequest.$Shape;
        }

        namespace InviteRequest {

            /** Properties of an InviteRequest. */
            interface $Properties {

                /** InviteRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** InviteRequest role */
                role?: (string|null);

                /** InviteRequest note */
                note?: (string|null);

                /** InviteRequest accountId */
                accountId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InviteRequest. */
            type $Shape = minchat.v1.InviteRequest.$Properties;
        }

        /**
         * Properties of an InviteReply.
         * @deprecated Use minchat.v1.InviteReply.$Properties instead.
         */
        interface IInviteReply extends minchat.v1.InviteReply.$Properties {
        }

        /** Represents an InviteReply. */
        class InviteReply {

            /**
             * Constructs a new InviteReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.InviteReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InviteReply token. */
            token: string;

            /** InviteReply invitation. */
            invitation?: (minchat.v1.Invitation.$Properties|null);

            /**
             * Encodes the specified InviteReply message. Does not implicitly {@link minchat.v1.InviteReply.verify|verify} messages.
             * @param message InviteReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.InviteReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InviteReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.InviteReply & minchat.v1.InviteReply.$Shape} InviteReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.InviteReply & minchat.v1.InviteReply.$Shape;
        }

        namespace InviteReply {

            /** Properties of an InviteReply. */
            interface $Properties {

                /** InviteReply token */
                token?: (string|null);

                /** InviteReply invitation */
                invitation?: (minchat.v1.Invitation.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InviteReply. */
            type $Shape = minchat.v1.InviteReply.$Properties;
        }

        /**
         * Properties of a WithdrawInvitationRequest.
         * @deprecated Use minchat.v1.WithdrawInvitationRequest.$Properties instead.
         */
        interface IWithdrawInvitationRequest extends minchat.v1.WithdrawInvitationRequest.$Properties {
        }

        /** Represents a WithdrawInvitationRequest. */
        class WithdrawInvitationRequest {

            /**
             * Constructs a new WithdrawInvitationRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.WithdrawInvitationRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WithdrawInvitationRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** WithdrawInvitationRequest invitationId. */
            invitationId: string;

            /**
             * Encodes the specified WithdrawInvitationRequest message. Does not implicitly {@link minchat.v1.WithdrawInvitationRequest.verify|verify} messages.
             * @param message WithdrawInvitationRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.WithdrawInvitationRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WithdrawInvitationRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.WithdrawInvitationRequest & minchat.v1.WithdrawInvitationRequest.$Shape} WithdrawInvitationRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.WithdrawInvitationRequest & minchat.v1.WithdrawInvitationRequest.$Shape;
        }

        namespace WithdrawInvitationRequest {

            /** Properties of a WithdrawInvitationRequest. */
            interface $Properties {

                /** WithdrawInvitationRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** WithdrawInvitationRequest invitationId */
                invitationId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WithdrawInvitationRequest. */
            type $Shape = minchat.v1.WithdrawInvitationRequest.$Properties;
        }

        /**
         * Properties of a WithdrawInvitationReply.
         * @deprecated Use minchat.v1.WithdrawInvitationReply.$Properties instead.
         */
        interface IWithdrawInvitationReply extends minchat.v1.WithdrawInvitationReply.$Properties {
        }

        /** Represents a WithdrawInvitationReply. */
        class WithdrawInvitationReply {

            /**
             * Constructs a new WithdrawInvitationReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.WithdrawInvitationReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified WithdrawInvitationReply message. Does not implicitly {@link minchat.v1.WithdrawInvitationReply.verify|verify} messages.
             * @param message WithdrawInvitationReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.WithdrawInvitationReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WithdrawInvitationReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.WithdrawInvitationReply & minchat.v1.WithdrawInvitationReply.$Shape} WithdrawInvitationReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.WithdrawInvitationReply & minchat.v1.WithdrawInvitationReply.$Shape;
        }

        namespace WithdrawInvitationReply {

            /** Properties of a WithdrawInvitationReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WithdrawInvitationReply. */
            type $Shape = minchat.v1.WithdrawInvitationReply.$Properties;
        }

        /**
         * Properties of a LookAtInvitationRequest.
         * @deprecated Use minchat.v1.LookAtInvitationRequest.$Properties instead.
         */
        interface ILookAtInvitationRequest extends minchat.v1.LookAtInvitationRequest.$Properties {
        }

        /** Represents a LookAtInvitationRequest. */
        class LookAtInvitationRequest {

            /**
             * Constructs a new LookAtInvitationRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LookAtInvitationRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LookAtInvitationRequest token. */
            token: string;

            /**
             * Encodes the specified LookAtInvitationRequest message. Does not implicitly {@link minchat.v1.LookAtInvitationRequest.verify|verify} messages.
             * @param message LookAtInvitationRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LookAtInvitationRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LookAtInvitationRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LookAtInvitationRequest & minchat.v1.LookAtInvitationRequest.$Shape} LookAtInvitationRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LookAtInvitationRequest & minchat.v1.LookAtInvitationRequest.$Shape;
        }

        namespace LookAtInvitationRequest {

            /** Properties of a LookAtInvitationRequest. */
            interface $Properties {

                /** LookAtInvitationRequest token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LookAtInvitationRequest. */
            type $Shape = minchat.v1.LookAtInvitationRequest.$Properties;
        }

        /**
         * Properties of a LookAtInvitationReply.
         * @deprecated Use minchat.v1.LookAtInvitationReply.$Properties instead.
         */
        interface ILookAtInvitationReply extends minchat.v1.LookAtInvitationReply.$Properties {
        }

        /** Represents a LookAtInvitationReply. */
        class LookAtInvitationReply {

            /**
             * Constructs a new LookAtInvitationReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LookAtInvitationReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LookAtInvitationReply role. */
            role: string;

            /** LookAtInvitationReply name. */
            name: string;

            /**
             * Encodes the specified LookAtInvitationReply message. Does not implicitly {@link minchat.v1.LookAtInvitationReply.verify|verify} messages.
             * @param message LookAtInvitationReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LookAtInvitationReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LookAtInvitationReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LookAtInvitationReply & minchat.v1.LookAtInvitationReply.$Shape} LookAtInvitationReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LookAtInvitationReply & minchat.v1.LookAtInvitationReply.$Shape;
        }

        namespace LookAtInvitationReply {

            /** Properties of a LookAtInvitationReply. */
            interface $Properties {

                /** LookAtInvitationReply role */
                role?: (string|null);

                /** LookAtInvitationReply name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LookAtInvitationReply. */
            type $Shape = minchat.v1.LookAtInvitationReply.$Properties;
        }

        /**
         * Properties of an AcceptInvitationRequest.
         * @deprecated Use minchat.v1.AcceptInvitationRequest.$Properties instead.
         */
        interface IAcceptInvitationRequest extends minchat.v1.AcceptInvitationRequest.$Properties {
        }

        /** Represents an AcceptInvitationRequest. */
        class AcceptInvitationRequest {

            /**
             * Constructs a new AcceptInvitationRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.AcceptInvitationRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AcceptInvitationRequest token. */
            token: string;

            /** AcceptInvitationRequest name. */
            name: string;

            /** AcceptInvitationRequest password. */
            password: string;

            /** AcceptInvitationRequest address. */
            address: string;

            /** AcceptInvitationRequest agent. */
            agent: string;

            /**
             * Encodes the specified AcceptInvitationRequest message. Does not implicitly {@link minchat.v1.AcceptInvitationRequest.verify|verify} messages.
             * @param message AcceptInvitationRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.AcceptInvitationRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AcceptInvitationRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.AcceptInvitationRequest & minchat.v1.AcceptInvitationRequest.$Shape} AcceptInvitationRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.AcceptInvitationRequest & minchat.v1.AcceptInvitationRequest.$Shape;
        }

        namespace AcceptInvitationRequest {

            /** Properties of an AcceptInvitationRequest. */
            interface $Properties {

                /** AcceptInvitationRequest token */
                token?: (string|null);

                /** AcceptInvitationRequest name */
                name?: (string|null);

                /** AcceptInvitationRequest password */
                password?: (string|null);

                /** AcceptInvitationRequest address */
                address?: (string|null);

                /** AcceptInvitationRequest agent */
                agent?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AcceptInvitationRequest. */
            type $Shape = minchat.v1.AcceptInvitationRequest.$Properties;
        }

        /**
         * Properties of an ApiKey.
         * @deprecated Use minchat.v1.ApiKey.$Properties instead.
         */
        interface IApiKey extends minchat.v1.ApiKey.$Properties {
        }

        /** Represents an ApiKey. */
        class ApiKey {

            /**
             * Constructs a new ApiKey.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ApiKey.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ApiKey keyId. */
            keyId: string;

            /** ApiKey name. */
            name: string;

            /** ApiKey prefix. */
            prefix: string;

            /** ApiKey collect. */
            collect: boolean;

            /** ApiKey rateLimit. */
            rateLimit: number;

            /** ApiKey createdAtMs. */
            createdAtMs: number;

            /** ApiKey usedAtMs. */
            usedAtMs: number;

            /**
             * Encodes the specified ApiKey message. Does not implicitly {@link minchat.v1.ApiKey.verify|verify} messages.
             * @param message ApiKey message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ApiKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ApiKey message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ApiKey & minchat.v1.ApiKey.$Shape} ApiKey
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ApiKey & minchat.v1.ApiKey.$Shape;
        }

        namespace ApiKey {

            /** Properties of an ApiKey. */
            interface $Properties {

                /** ApiKey keyId */
                keyId?: (string|null);

                /** ApiKey name */
                name?: (string|null);

                /** ApiKey prefix */
                prefix?: (string|null);

                /** ApiKey collect */
                collect?: (boolean|null);

                /** ApiKey rateLimit */
                rateLimit?: (number|null);

                /** ApiKey createdAtMs */
                createdAtMs?: (number|null);

                /** ApiKey usedAtMs */
                usedAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ApiKey. */
            type $Shape = minchat.v1.ApiKey.$Properties;
        }

        /**
         * Properties of a ListKeysRequest.
         * @deprecated Use minchat.v1.ListKeysRequest.$Properties instead.
         */
        interface IListKeysRequest extends minchat.v1.ListKeysRequest.$Properties {
        }

        /** Represents a ListKeysRequest. */
        class ListKeysRequest {

            /**
             * Constructs a new ListKeysRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListKeysRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ListKeysRequest message. Does not implicitly {@link minchat.v1.ListKeysRequest.verify|verify} messages.
             * @param message ListKeysRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListKeysRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListKeysRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListKeysRequest & minchat.v1.ListKeysRequest.$Shape} ListKeysRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListKeysRequest & minchat.v1.ListKeysRequest.$Shape;
        }

        namespace ListKeysRequest {

            /** Properties of a ListKeysRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListKeysRequest. */
            type $Shape = minchat.v1.ListKeysRequest.$Properties;
        }

        /**
         * Properties of a ListKeysReply.
         * @deprecated Use minchat.v1.ListKeysReply.$Properties instead.
         */
        interface IListKeysReply extends minchat.v1.ListKeysReply.$Properties {
        }

        /** Represents a ListKeysReply. */
        class ListKeysReply {

            /**
             * Constructs a new ListKeysReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListKeysReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListKeysReply keys. */
            keys: minchat.v1.ApiKey.$Properties[];

            /**
             * Encodes the specified ListKeysReply message. Does not implicitly {@link minchat.v1.ListKeysReply.verify|verify} messages.
             * @param message ListKeysReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListKeysReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListKeysReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListKeysReply & minchat.v1.ListKeysReply.$Shape} ListKeysReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListKeysReply & minchat.v1.ListKeysReply.$Shape;
        }

        namespace ListKeysReply {

            /** Properties of a ListKeysReply. */
            interface $Properties {

                /** ListKeysReply keys */
                keys?: (minchat.v1.ApiKey.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListKeysReply. */
            type $Shape = minchat.v1.ListKeysReply.$Properties;
        }

        /**
         * Properties of a MakeKeyRequest.
         * @deprecated Use minchat.v1.MakeKeyRequest.$Properties instead.
         */
        interface IMakeKeyRequest extends minchat.v1.MakeKeyRequest.$Properties {
        }

        /** Represents a MakeKeyRequest. */
        class MakeKeyRequest {

            /**
             * Constructs a new MakeKeyRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.MakeKeyRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MakeKeyRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** MakeKeyRequest name. */
            name: string;

            /** MakeKeyRequest collect. */
            collect: boolean;

            /** MakeKeyRequest rateLimit. */
            rateLimit: number;

            /**
             * Encodes the specified MakeKeyRequest message. Does not implicitly {@link minchat.v1.MakeKeyRequest.verify|verify} messages.
             * @param message MakeKeyRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.MakeKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MakeKeyRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.MakeKeyRequest & minchat.v1.MakeKeyRequest.$Shape} MakeKeyRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.MakeKeyRequest & minchat.v1.MakeKeyRequest.$Shape;
        }

        namespace MakeKeyRequest {

            /** Properties of a MakeKeyRequest. */
            interface $Properties {

                /** MakeKeyRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** MakeKeyRequest name */
                name?: (string|null);

                /** MakeKeyRequest collect */
                collect?: (boolean|null);

                /** MakeKeyRequest rateLimit */
                rateLimit?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MakeKeyRequest. */
            type $Shape = minchat.v1.MakeKeyRequest.$Properties;
        }

        /**
         * Properties of a MakeKeyReply.
         * @deprecated Use minchat.v1.MakeKeyReply.$Properties instead.
         */
        interface IMakeKeyReply extends minchat.v1.MakeKeyReply.$Properties {
        }

        /** Represents a MakeKeyReply. */
        class MakeKeyReply {

            /**
             * Constructs a new MakeKeyReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.MakeKeyReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MakeKeyReply secret. */
            secret: string;

            /** MakeKeyReply key. */
            key?: (minchat.v1.ApiKey.$Properties|null);

            /**
             * Encodes the specified MakeKeyReply message. Does not implicitly {@link minchat.v1.MakeKeyReply.verify|verify} messages.
             * @param message MakeKeyReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.MakeKeyReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MakeKeyReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.MakeKeyReply & minchat.v1.MakeKeyReply.$Shape} MakeKeyReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.MakeKeyReply & minchat.v1.MakeKeyReply.$Shape;
        }

        namespace MakeKeyReply {

            /** Properties of a MakeKeyReply. */
            interface $Properties {

                /** MakeKeyReply secret */
                secret?: (string|null);

                /** MakeKeyReply key */
                key?: (minchat.v1.ApiKey.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MakeKeyReply. */
            type $Shape = minchat.v1.MakeKeyReply.$Properties;
        }

        /**
         * Properties of a ChangeKeyRequest.
         * @deprecated Use minchat.v1.ChangeKeyRequest.$Properties instead.
         */
        interface IChangeKeyRequest extends minchat.v1.ChangeKeyRequest.$Properties {
        }

        /** Represents a ChangeKeyRequest. */
        class ChangeKeyRequest {

            /**
             * Constructs a new ChangeKeyRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ChangeKeyRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ChangeKeyRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** ChangeKeyRequest keyId. */
            keyId: string;

            /** ChangeKeyRequest collect. */
            collect: boolean;

            /** ChangeKeyRequest rateLimit. */
            rateLimit: number;

            /**
             * Encodes the specified ChangeKeyRequest message. Does not implicitly {@link minchat.v1.ChangeKeyRequest.verify|verify} messages.
             * @param message ChangeKeyRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ChangeKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChangeKeyRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ChangeKeyRequest & minchat.v1.ChangeKeyRequest.$Shape} ChangeKeyRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ChangeKeyRequest & minchat.v1.ChangeKeyRequest.$Shape;
        }

        namespace ChangeKeyRequest {

            /** Properties of a ChangeKeyRequest. */
            interface $Properties {

                /** ChangeKeyRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** ChangeKeyRequest keyId */
                keyId?: (string|null);

                /** ChangeKeyRequest collect */
                collect?: (boolean|null);

                /** ChangeKeyRequest rateLimit */
                rateLimit?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ChangeKeyRequest. */
            type $Shape = minchat.v1.ChangeKeyRequest.$Properties;
        }

        /**
         * Properties of a RevokeKeyRequest.
         * @deprecated Use minchat.v1.RevokeKeyRequest.$Properties instead.
         */
        interface IRevokeKeyRequest extends minchat.v1.RevokeKeyRequest.$Properties {
        }

        /** Represents a RevokeKeyRequest. */
        class RevokeKeyRequest {

            /**
             * Constructs a new RevokeKeyRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RevokeKeyRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RevokeKeyRequest actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** RevokeKeyRequest keyId. */
            keyId: string;

            /**
             * Encodes the specified RevokeKeyRequest message. Does not implicitly {@link minchat.v1.RevokeKeyRequest.verify|verify} messages.
             * @param message RevokeKeyRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RevokeKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RevokeKeyRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RevokeKeyRequest & minchat.v1.RevokeKeyRequest.$Shape} RevokeKeyRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RevokeKeyRequest & minchat.v1.RevokeKeyRequest.$Shape;
        }

        namespace RevokeKeyRequest {

            /** Properties of a RevokeKeyRequest. */
            interface $Properties {

                /** RevokeKeyRequest actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** RevokeKeyRequest keyId */
                keyId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RevokeKeyRequest. */
            type $Shape = minchat.v1.RevokeKeyRequest.$Properties;
        }

        /**
         * Properties of a RevokeKeyReply.
         * @deprecated Use minchat.v1.RevokeKeyReply.$Properties instead.
         */
        interface IRevokeKeyReply extends minchat.v1.RevokeKeyReply.$Properties {
        }

        /** Represents a RevokeKeyReply. */
        class RevokeKeyReply {

            /**
             * Constructs a new RevokeKeyReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RevokeKeyReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified RevokeKeyReply message. Does not implicitly {@link minchat.v1.RevokeKeyReply.verify|verify} messages.
             * @param message RevokeKeyReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RevokeKeyReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RevokeKeyReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RevokeKeyReply & minchat.v1.RevokeKeyReply.$Shape} RevokeKeyReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RevokeKeyReply & minchat.v1.RevokeKeyReply.$Shape;
        }

        namespace RevokeKeyReply {

            /** Properties of a RevokeKeyReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RevokeKeyReply. */
            type $Shape = minchat.v1.RevokeKeyReply.$Properties;
        }

        /**
         * Properties of a RecordAuditRequest.
         * @deprecated Use minchat.v1.RecordAuditRequest.$Properties instead.
         */
        interface IRecordAuditRequest extends minchat.v1.RecordAuditRequest.$Properties {
        }

        /** Represents a RecordAuditRequest. */
        class RecordAuditRequest {

            /**
             * Constructs a new RecordAuditRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RecordAuditRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RecordAuditRequest entry. */
            entry?: (minchat.v1.AuditEntry.$Properties|null);

            /**
             * Encodes the specified RecordAuditRequest message. Does not implicitly {@link minchat.v1.RecordAuditRequest.verify|verify} messages.
             * @param message RecordAuditRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RecordAuditRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RecordAuditRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RecordAuditRequest & minchat.v1.RecordAuditRequest.$Shape} RecordAuditRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RecordAuditRequest & minchat.v1.RecordAuditRequest.$Shape;
        }

        namespace RecordAuditRequest {

            /** Properties of a RecordAuditRequest. */
            interface $Properties {

                /** RecordAuditRequest entry */
                entry?: (minchat.v1.AuditEntry.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RecordAuditRequest. */
            type $Shape = minchat.v1.RecordAuditRequest.$Properties;
        }

        /**
         * Properties of a RecordAuditReply.
         * @deprecated Use minchat.v1.RecordAuditReply.$Properties instead.
         */
        interface IRecordAuditReply extends minchat.v1.RecordAuditReply.$Properties {
        }

        /** Represents a RecordAuditReply. */
        class RecordAuditReply {

            /**
             * Constructs a new RecordAuditReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RecordAuditReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified RecordAuditReply message. Does not implicitly {@link minchat.v1.RecordAuditReply.verify|verify} messages.
             * @param message RecordAuditReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RecordAuditReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RecordAuditReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RecordAuditReply & minchat.v1.RecordAuditReply.$Shape} RecordAuditReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RecordAuditReply & minchat.v1.RecordAuditReply.$Shape;
        }

        namespace RecordAuditReply {

            /** Properties of a RecordAuditReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RecordAuditReply. */
            type $Shape = minchat.v1.RecordAuditReply.$Properties;
        }

        /**
         * Properties of a ListAuditRequest.
         * @deprecated Use minchat.v1.ListAuditRequest.$Properties instead.
         */
        interface IListAuditRequest extends minchat.v1.ListAuditRequest.$Properties {
        }

        /** Represents a ListAuditRequest. */
        class ListAuditRequest {

            /**
             * Constructs a new ListAuditRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListAuditRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListAuditRequest before. */
            before: number;

            /** ListAuditRequest limit. */
            limit: number;

            /**
             * Encodes the specified ListAuditRequest message. Does not implicitly {@link minchat.v1.ListAuditRequest.verify|verify} messages.
             * @param message ListAuditRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListAuditRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListAuditRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListAuditRequest & minchat.v1.ListAuditRequest.$Shape} ListAuditRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListAuditRequest & minchat.v1.ListAuditRequest.$Shape;
        }

        namespace ListAuditRequest {

            /** Properties of a ListAuditRequest. */
            interface $Properties {

                /** ListAuditRequest before */
                before?: (number|null);

                /** ListAuditRequest limit */
                limit?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListAuditRequest. */
            type $Shape = minchat.v1.ListAuditRequest.$Properties;
        }

        /**
         * Properties of a ListAuditReply.
         * @deprecated Use minchat.v1.ListAuditReply.$Properties instead.
         */
        interface IListAuditReply extends minchat.v1.ListAuditReply.$Properties {
        }

        /** Represents a ListAuditReply. */
        class ListAuditReply {

            /**
             * Constructs a new ListAuditReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListAuditReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListAuditReply entries. */
            entries: minchat.v1.AuditEntry.$Properties[];

            /** ListAuditReply next. */
            next: number;

            /**
             * Encodes the specified ListAuditReply message. Does not implicitly {@link minchat.v1.ListAuditReply.verify|verify} messages.
             * @param message ListAuditReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListAuditReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListAuditReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListAuditReply & minchat.v1.ListAuditReply.$Shape} ListAuditReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListAuditReply & minchat.v1.ListAuditReply.$Shape;
        }

        namespace ListAuditReply {

            /** Properties of a ListAuditReply. */
            interface $Properties {

                /** ListAuditReply entries */
                entries?: (minchat.v1.AuditEntry.$Properties[]|null);

                /** ListAuditReply next */
                next?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListAuditReply. */
            type $Shape = minchat.v1.ListAuditReply.$Properties;
        }

        /**
         * Properties of an AuditEntry.
         * @deprecated Use minchat.v1.AuditEntry.$Properties instead.
         */
        interface IAuditEntry extends minchat.v1.AuditEntry.$Properties {
        }

        /** Represents an AuditEntry. */
        class AuditEntry {

            /**
             * Constructs a new AuditEntry.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.AuditEntry.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AuditEntry number. */
            number: number;

            /** AuditEntry atMs. */
            atMs: number;

            /** AuditEntry actor. */
            actor?: (minchat.v1.Actor.$Properties|null);

            /** AuditEntry action. */
            action: string;

            /** AuditEntry target. */
            target: string;

            /** AuditEntry detail. */
            detail: string;

            /**
             * Encodes the specified AuditEntry message. Does not implicitly {@link minchat.v1.AuditEntry.verify|verify} messages.
             * @param message AuditEntry message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.AuditEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AuditEntry message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.AuditEntry & minchat.v1.AuditEntry.$Shape} AuditEntry
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.AuditEntry & minchat.v1.AuditEntry.$Shape;
        }

        namespace AuditEntry {

            /** Properties of an AuditEntry. */
            interface $Properties {

                /** AuditEntry number */
                number?: (number|null);

                /** AuditEntry atMs */
                atMs?: (number|null);

                /** AuditEntry actor */
                actor?: (minchat.v1.Actor.$Properties|null);

                /** AuditEntry action */
                action?: (string|null);

                /** AuditEntry target */
                target?: (string|null);

                /** AuditEntry detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AuditEntry. */
            type $Shape = minchat.v1.AuditEntry.$Properties;
        }

        /** RunStatus enum. */
        enum RunStatus {

            /** RUN_STATUS_UNSPECIFIED value */
            RUN_STATUS_UNSPECIFIED = 0,

            /** RUN_STATUS_RUNNING value */
            RUN_STATUS_RUNNING = 1,

            /** RUN_STATUS_COMPLETED value */
            RUN_STATUS_COMPLETED = 2,

            /** RUN_STATUS_FAILED value */
            RUN_STATUS_FAILED = 3,

            /** RUN_STATUS_CANCELLED value */
            RUN_STATUS_CANCELLED = 4
        }

        /** StageStatus enum. */
        enum StageStatus {

            /** STAGE_STATUS_UNSPECIFIED value */
            STAGE_STATUS_UNSPECIFIED = 0,

            /** STAGE_STATUS_WAITING value */
            STAGE_STATUS_WAITING = 1,

            /** STAGE_STATUS_QUEUED value */
            STAGE_STATUS_QUEUED = 2,

            /** STAGE_STATUS_RUNNING value */
            STAGE_STATUS_RUNNING = 3,

            /** STAGE_STATUS_COMPLETED value */
            STAGE_STATUS_COMPLETED = 4,

            /** STAGE_STATUS_FAILED value */
            STAGE_STATUS_FAILED = 5,

            /** STAGE_STATUS_CANCELLED value */
            STAGE_STATUS_CANCELLED = 6
        }

        /**
         * Properties of a RunRecord.
         * @deprecated Use minchat.v1.RunRecord.$Properties instead.
         */
        interface IRunRecord extends minchat.v1.RunRecord.$Properties {
        }

        /** Represents a RunRecord. */
        class RunRecord {

            /**
             * Constructs a new RunRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RunRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RunRecord runId. */
            runId: string;

            /** RunRecord name. */
            name: string;

            /** RunRecord specJson. */
            specJson: string;

            /** RunRecord status. */
            status: minchat.v1.RunStatus;

            /** RunRecord stages. */
            stages: minchat.v1.StageRecord.$Properties[];

            /** RunRecord createdAtMs. */
            createdAtMs: number;

            /** RunRecord updatedAtMs. */
            updatedAtMs: number;

            /** RunRecord forkedFrom. */
            forkedFrom: string;

            /** RunRecord error. */
            error?: (minchat.v1.Error.$Properties|null);

            /**
             * Encodes the specified RunRecord message. Does not implicitly {@link minchat.v1.RunRecord.verify|verify} messages.
             * @param message RunRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RunRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RunRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RunRecord & minchat.v1.RunRecord.$Shape} RunRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RunRecord & minchat.v1.RunRecord.$Shape;
        }

        namespace RunRecord {

            /** Properties of a RunRecord. */
            interface $Properties {

                /** RunRecord runId */
                runId?: (string|null);

                /** RunRecord name */
                name?: (string|null);

                /** RunRecord specJson */
                specJson?: (string|null);

                /** RunRecord status */
                status?: (minchat.v1.RunStatus|null);

                /** RunRecord stages */
                stages?: (minchat.v1.StageRecord.$Properties[]|null);

                /** RunRecord createdAtMs */
                createdAtMs?: (number|null);

                /** RunRecord updatedAtMs */
                updatedAtMs?: (number|null);

                /** RunRecord forkedFrom */
                forkedFrom?: (string|null);

                /** RunRecord error */
                error?: (minchat.v1.Error.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RunRecord. */
            type $Shape = minchat.v1.RunRecord.$Properties;
        }

        /**
         * Properties of a StageRecord.
         * @deprecated Use minchat.v1.StageRecord.$Properties instead.
         */
        interface IStageRecord extends minchat.v1.StageRecord.$Properties {
        }

        /** Represents a StageRecord. */
        class StageRecord {

            /**
             * Constructs a new StageRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StageRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StageRecord stage. */
            stage: string;

            /** StageRecord kind. */
            kind: string;

            /** StageRecord status. */
            status: minchat.v1.StageStatus;

            /** StageRecord jobId. */
            jobId: string;

            /** StageRecord attempt. */
            attempt: number;

            /** StageRecord result. */
            result?: (minchat.v1.StageResult.$Properties|null);

            /** StageRecord error. */
            error?: (minchat.v1.Error.$Properties|null);

            /** StageRecord step. */
            step: number;

            /** StageRecord totalSteps. */
            totalSteps: number;

            /** StageRecord tokens. */
            tokens: number;

            /** StageRecord metrics. */
            metrics: minchat.v1.Metric.$Properties[];

            /** StageRecord queuedAtMs. */
            queuedAtMs: number;

            /** StageRecord startedAtMs. */
            startedAtMs: number;

            /** StageRecord finishedAtMs. */
            finishedAtMs: number;

            /** StageRecord round. */
            round: number;

            /**
             * Encodes the specified StageRecord message. Does not implicitly {@link minchat.v1.StageRecord.verify|verify} messages.
             * @param message StageRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StageRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StageRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StageRecord & minchat.v1.StageRecord.$Shape} StageRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StageRecord & minchat.v1.StageRecord.$Shape;
        }

        namespace StageRecord {

            /** Properties of a StageRecord. */
            interface $Properties {

                /** StageRecord stage */
                stage?: (string|null);

                /** StageRecord kind */
                kind?: (string|null);

                /** StageRecord status */
                status?: (minchat.v1.StageStatus|null);

                /** StageRecord jobId */
                jobId?: (string|null);

                /** StageRecord attempt */
                attempt?: (number|null);

                /** StageRecord result */
                result?: (minchat.v1.StageResult.$Properties|null);

                /** StageRecord error */
                error?: (minchat.v1.Error.$Properties|null);

                /** StageRecord step */
                step?: (number|null);

                /** StageRecord totalSteps */
                totalSteps?: (number|null);

                /** StageRecord tokens */
                tokens?: (number|null);

                /** StageRecord metrics */
                metrics?: (minchat.v1.Metric.$Properties[]|null);

                /** StageRecord queuedAtMs */
                queuedAtMs?: (number|null);

                /** StageRecord startedAtMs */
                startedAtMs?: (number|null);

                /** StageRecord finishedAtMs */
                finishedAtMs?: (number|null);

                /** StageRecord round */
                round?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StageRecord. */
            type $Shape = minchat.v1.StageRecord.$Properties;
        }

        /**
         * Properties of a SubmitRunRequest.
         * @deprecated Use minchat.v1.SubmitRunRequest.$Properties instead.
         */
        interface ISubmitRunRequest extends minchat.v1.SubmitRunRequest.$Properties {
        }

        /** Represents a SubmitRunRequest. */
        class SubmitRunRequest {

            /**
             * Constructs a new SubmitRunRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SubmitRunRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubmitRunRequest specJson. */
            specJson: string;

            /** SubmitRunRequest runId. */
            runId: string;

            /**
             * Encodes the specified SubmitRunRequest message. Does not implicitly {@link minchat.v1.SubmitRunRequest.verify|verify} messages.
             * @param message SubmitRunRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SubmitRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubmitRunRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SubmitRunRequest & minchat.v1.SubmitRunRequest.$Shape} SubmitRunRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SubmitRunRequest & minchat.v1.SubmitRunRequest.$Shape;
        }

        namespace SubmitRunRequest {

            /** Properties of a SubmitRunRequest. */
            interface $Properties {

                /** SubmitRunRequest specJson */
                specJson?: (string|null);

                /** SubmitRunRequest runId */
                runId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubmitRunRequest. */
            type $Shape = minchat.v1.SubmitRunRequest.$Properties;
        }

        /**
         * Properties of a GetRunRequest.
         * @deprecated Use minchat.v1.GetRunRequest.$Properties instead.
         */
        interface IGetRunRequest extends minchat.v1.GetRunRequest.$Properties {
        }

        /** Represents a GetRunRequest. */
        class GetRunRequest {

            /**
             * Constructs a new GetRunRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetRunRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetRunRequest runId. */
            runId: string;

            /**
             * Encodes the specified GetRunRequest message. Does not implicitly {@link minchat.v1.GetRunRequest.verify|verify} messages.
             * @param message GetRunRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetRunRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetRunRequest & minchat.v1.GetRunRequest.$Shape} GetRunRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetRunRequest & minchat.v1.GetRunRequest.$Shape;
        }

        namespace GetRunRequest {

            /** Properties of a GetRunRequest. */
            interface $Properties {

                /** GetRunRequest runId */
                runId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetRunRequest. */
            type $Shape = minchat.v1.GetRunRequest.$Properties;
        }

        /**
         * Properties of a ListRunsRequest.
         * @deprecated Use minchat.v1.ListRunsRequest.$Properties instead.
         */
        interface IListRunsRequest extends minchat.v1.ListRunsRequest.$Properties {
        }

        /** Represents a ListRunsRequest. */
        class ListRunsRequest {

            /**
             * Constructs a new ListRunsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListRunsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListRunsRequest limit. */
            limit: number;

            /**
             * Encodes the specified ListRunsRequest message. Does not implicitly {@link minchat.v1.ListRunsRequest.verify|verify} messages.
             * @param message ListRunsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListRunsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListRunsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListRunsRequest & minchat.v1.ListRunsRequest.$Shape} ListRunsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListRunsRequest & minchat.v1.ListRunsRequest.$Shape;
        }

        namespace ListRunsRequest {

            /** Properties of a ListRunsRequest. */
            interface $Properties {

                /** ListRunsRequest limit */
                limit?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListRunsRequest. */
            type $Shape = minchat.v1.ListRunsRequest.$Properties;
        }

        /**
         * Properties of a ListRunsReply.
         * @deprecated Use minchat.v1.ListRunsReply.$Properties instead.
         */
        interface IListRunsReply extends minchat.v1.ListRunsReply.$Properties {
        }

        /** Represents a ListRunsReply. */
        class ListRunsReply {

            /**
             * Constructs a new ListRunsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListRunsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListRunsReply runs. */
            runs: minchat.v1.RunRecord.$Properties[];

            /**
             * Encodes the specified ListRunsReply message. Does not implicitly {@link minchat.v1.ListRunsReply.verify|verify} messages.
             * @param message ListRunsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListRunsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListRunsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListRunsReply & minchat.v1.ListRunsReply.$Shape} ListRunsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListRunsReply & minchat.v1.ListRunsReply.$Shape;
        }

        namespace ListRunsReply {

            /** Properties of a ListRunsReply. */
            interface $Properties {

                /** ListRunsReply runs */
                runs?: (minchat.v1.RunRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListRunsReply. */
            type $Shape = minchat.v1.ListRunsReply.$Properties;
        }

        /**
         * Properties of a CancelRunRequest.
         * @deprecated Use minchat.v1.CancelRunRequest.$Properties instead.
         */
        interface ICancelRunRequest extends minchat.v1.CancelRunRequest.$Properties {
        }

        /** Represents a CancelRunRequest. */
        class CancelRunRequest {

            /**
             * Constructs a new CancelRunRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.CancelRunRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CancelRunRequest runId. */
            runId: string;

            /**
             * Encodes the specified CancelRunRequest message. Does not implicitly {@link minchat.v1.CancelRunRequest.verify|verify} messages.
             * @param message CancelRunRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.CancelRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CancelRunRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.CancelRunRequest & minchat.v1.CancelRunRequest.$Shape} CancelRunRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.CancelRunRequest & minchat.v1.CancelRunRequest.$Shape;
        }

        namespace CancelRunRequest {

            /** Properties of a CancelRunRequest. */
            interface $Properties {

                /** CancelRunRequest runId */
                runId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CancelRunRequest. */
            type $Shape = minchat.v1.CancelRunRequest.$Properties;
        }

        /**
         * Properties of a ResumeRunRequest.
         * @deprecated Use minchat.v1.ResumeRunRequest.$Properties instead.
         */
        interface IResumeRunRequest extends minchat.v1.ResumeRunRequest.$Properties {
        }

        /** Represents a ResumeRunRequest. */
        class ResumeRunRequest {

            /**
             * Constructs a new ResumeRunRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ResumeRunRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResumeRunRequest runId. */
            runId: string;

            /**
             * Encodes the specified ResumeRunRequest message. Does not implicitly {@link minchat.v1.ResumeRunRequest.verify|verify} messages.
             * @param message ResumeRunRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ResumeRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResumeRunRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ResumeRunRequest & minchat.v1.ResumeRunRequest.$Shape} ResumeRunRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ResumeRunRequest & minchat.v1.ResumeRunRequest.$Shape;
        }

        namespace ResumeRunRequest {

            /** Properties of a ResumeRunRequest. */
            interface $Properties {

                /** ResumeRunRequest runId */
                runId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResumeRunRequest. */
            type $Shape = minchat.v1.ResumeRunRequest.$Properties;
        }

        /**
         * Properties of a DeleteRunsRequest.
         * @deprecated Use minchat.v1.DeleteRunsRequest.$Properties instead.
         */
        interface IDeleteRunsRequest extends minchat.v1.DeleteRunsRequest.$Properties {
        }

        /** Represents a DeleteRunsRequest. */
        class DeleteRunsRequest {

            /**
             * Constructs a new DeleteRunsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DeleteRunsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteRunsRequest runIds. */
            runIds: string[];

            /** DeleteRunsRequest dryRun. */
            dryRun: boolean;

            /**
             * Encodes the specified DeleteRunsRequest message. Does not implicitly {@link minchat.v1.DeleteRunsRequest.verify|verify} messages.
             * @param message DeleteRunsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DeleteRunsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteRunsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DeleteRunsRequest & minchat.v1.DeleteRunsRequest.$Shape} DeleteRunsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DeleteRunsRequest & minchat.v1.DeleteRunsRequest.$Shape;
        }

        namespace DeleteRunsRequest {

            /** Properties of a DeleteRunsRequest. */
            interface $Properties {

                /** DeleteRunsRequest runIds */
                runIds?: (string[]|null);

                /** DeleteRunsRequest dryRun */
                dryRun?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteRunsRequest. */
            type $Shape = minchat.v1.DeleteRunsRequest.$Properties;
        }

        /**
         * Properties of a DeleteRunsReply.
         * @deprecated Use minchat.v1.DeleteRunsReply.$Properties instead.
         */
        interface IDeleteRunsReply extends minchat.v1.DeleteRunsReply.$Properties {
        }

        /** Represents a DeleteRunsReply. */
        class DeleteRunsReply {

            /**
             * Constructs a new DeleteRunsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DeleteRunsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteRunsReply artifacts. */
            artifacts: number;

            /** DeleteRunsReply bytes. */
            bytes: number;

            /**
             * Encodes the specified DeleteRunsReply message. Does not implicitly {@link minchat.v1.DeleteRunsReply.verify|verify} messages.
             * @param message DeleteRunsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DeleteRunsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteRunsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DeleteRunsReply & minchat.v1.DeleteRunsReply.$Shape} DeleteRunsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DeleteRunsReply & minchat.v1.DeleteRunsReply.$Shape;
        }

        namespace DeleteRunsReply {

            /** Properties of a DeleteRunsReply. */
            interface $Properties {

                /** DeleteRunsReply artifacts */
                artifacts?: (number|null);

                /** DeleteRunsReply bytes */
                bytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteRunsReply. */
            type $Shape = minchat.v1.DeleteRunsReply.$Properties;
        }

        /**
         * Properties of a ForkRunRequest.
         * @deprecated Use minchat.v1.ForkRunRequest.$Properties instead.
         */
        interface IForkRunRequest extends minchat.v1.ForkRunRequest.$Properties {
        }

        /** Represents a ForkRunRequest. */
        class ForkRunRequest {

            /**
             * Constructs a new ForkRunRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ForkRunRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ForkRunRequest runId. */
            runId: string;

            /** ForkRunRequest fromStage. */
            fromStage: string;

            /** ForkRunRequest settingsJson. */
            settingsJson: string;

            /** ForkRunRequest replace. */
            replace: boolean;

            /**
             * Encodes the specified ForkRunRequest message. Does not implicitly {@link minchat.v1.ForkRunRequest.verify|verify} messages.
             * @param message ForkRunRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ForkRunRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForkRunRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ForkRunRequest & minchat.v1.ForkRunRequest.$Shape} ForkRunRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ForkRunRequest & minchat.v1.ForkRunRequest.$Shape;
        }

        namespace ForkRunRequest {

            /** Properties of a ForkRunRequest. */
            interface $Properties {

                /** ForkRunRequest runId */
                runId?: (string|null);

                /** ForkRunRequest fromStage */
                fromStage?: (string|null);

                /** ForkRunRequest settingsJson */
                settingsJson?: (string|null);

                /** ForkRunRequest replace */
                replace?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ForkRunRequest. */
            type $Shape = minchat.v1.ForkRunRequest.$Properties;
        }

        /**
         * Properties of an ImportRequest.
         * @deprecated Use minchat.v1.ImportRequest.$Properties instead.
         */
        interface IImportRequest extends minchat.v1.ImportRequest.$Properties {
        }

        /** Represents an ImportRequest. */
        class ImportRequest {

            /**
             * Constructs a new ImportRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ImportRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ImportRequest file. */
            file?: (minchat.v1.ArtifactRef.$Properties|null);

            /** ImportRequest format. */
            format: string;

            /** ImportRequest collection. */
            collection: string;

            /** ImportRequest strict. */
            strict: boolean;

            /** ImportRequest mapping. */
            mapping: minchat.v1.FieldMapping.$Properties[];

            /**
             * Encodes the specified ImportRequest message. Does not implicitly {@link minchat.v1.ImportRequest.verify|verify} messages.
             * @param message ImportRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ImportRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ImportRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ImportRequest & minchat.v1.ImportRequest.$Shape} ImportRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ImportRequest & minchat.v1.ImportRequest.$Shape;
        }

        namespace ImportRequest {

            /** Properties of an ImportRequest. */
            interface $Properties {

                /** ImportRequest file */
                file?: (minchat.v1.ArtifactRef.$Properties|null);

                /** ImportRequest format */
                format?: (string|null);

                /** ImportRequest collection */
                collection?: (string|null);

                /** ImportRequest strict */
                strict?: (boolean|null);

                /** ImportRequest mapping */
                mapping?: (minchat.v1.FieldMapping.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ImportRequest. */
            type $Shape = minchat.v1.ImportRequest.$Properties;
        }

        /**
         * Properties of a FieldMapping.
         * @deprecated Use minchat.v1.FieldMapping.$Properties instead.
         */
        interface IFieldMapping extends minchat.v1.FieldMapping.$Properties {
        }

        /** Represents a FieldMapping. */
        class FieldMapping {

            /**
             * Constructs a new FieldMapping.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.FieldMapping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FieldMapping field. */
            field: string;

            /** FieldMapping from. */
            from: string;

            /**
             * Encodes the specified FieldMapping message. Does not implicitly {@link minchat.v1.FieldMapping.verify|verify} messages.
             * @param message FieldMapping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.FieldMapping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FieldMapping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.FieldMapping & minchat.v1.FieldMapping.$Shape} FieldMapping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.FieldMapping & minchat.v1.FieldMapping.$Shape;
        }

        namespace FieldMapping {

            /** Properties of a FieldMapping. */
            interface $Properties {

                /** FieldMapping field */
                field?: (string|null);

                /** FieldMapping from */
                from?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FieldMapping. */
            type $Shape = minchat.v1.FieldMapping.$Properties;
        }

        /**
         * Properties of an ImportProgress.
         * @deprecated Use minchat.v1.ImportProgress.$Properties instead.
         */
        interface IImportProgress extends minchat.v1.ImportProgress.$Properties {
        }

        /** Represents an ImportProgress. */
        class ImportProgress {

            /**
             * Constructs a new ImportProgress.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ImportProgress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ImportProgress bytes. */
            bytes: number;

            /** ImportProgress totalBytes. */
            totalBytes: number;

            /** ImportProgress prompts. */
            prompts: number;

            /** ImportProgress demonstrations. */
            demonstrations: number;

            /** ImportProgress comparisons. */
            comparisons: number;

            /** ImportProgress texts. */
            texts: number;

            /** ImportProgress skipped. */
            skipped: number;

            /** ImportProgress bad. */
            bad: minchat.v1.BadRecord.$Properties[];

            /** ImportProgress done. */
            done: boolean;

            /** ImportProgress forgotten. */
            forgotten: number;

            /**
             * Encodes the specified ImportProgress message. Does not implicitly {@link minchat.v1.ImportProgress.verify|verify} messages.
             * @param message ImportProgress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ImportProgress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ImportProgress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ImportProgress & minchat.v1.ImportProgress.$Shape} ImportProgress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ImportProgress & minchat.v1.ImportProgress.$Shape;
        }

        namespace ImportProgress {

            /** Properties of an ImportProgress. */
            interface $Properties {

                /** ImportProgress bytes */
                bytes?: (number|null);

                /** ImportProgress totalBytes */
                totalBytes?: (number|null);

                /** ImportProgress prompts */
                prompts?: (number|null);

                /** ImportProgress demonstrations */
                demonstrations?: (number|null);

                /** ImportProgress comparisons */
                comparisons?: (number|null);

                /** ImportProgress texts */
                texts?: (number|null);

                /** ImportProgress skipped */
                skipped?: (number|null);

                /** ImportProgress bad */
                bad?: (minchat.v1.BadRecord.$Properties[]|null);

                /** ImportProgress done */
                done?: (boolean|null);

                /** ImportProgress forgotten */
                forgotten?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ImportProgress. */
            type $Shape = minchat.v1.ImportProgress.$Properties;
        }

        /**
         * Properties of a BadRecord.
         * @deprecated Use minchat.v1.BadRecord.$Properties instead.
         */
        interface IBadRecord extends minchat.v1.BadRecord.$Properties {
        }

        /** Represents a BadRecord. */
        class BadRecord {

            /**
             * Constructs a new BadRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.BadRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BadRecord line. */
            line: number;

            /** BadRecord reason. */
            reason: string;

            /** BadRecord code. */
            code: string;

            /** BadRecord values. */
            values: minchat.v1.NamedValue.$Properties[];

            /**
             * Encodes the specified BadRecord message. Does not implicitly {@link minchat.v1.BadRecord.verify|verify} messages.
             * @param message BadRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.BadRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BadRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.BadRecord & minchat.v1.BadRecord.$Shape} BadRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.BadRecord & minchat.v1.BadRecord.$Shape;
        }

        namespace BadRecord {

            /** Properties of a BadRecord. */
            interface $Properties {

                /** BadRecord line */
                line?: (number|null);

                /** BadRecord reason */
                reason?: (string|null);

                /** BadRecord code */
                code?: (string|null);

                /** BadRecord values */
                values?: (minchat.v1.NamedValue.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BadRecord. */
            type $Shape = minchat.v1.BadRecord.$Properties;
        }

        /**
         * Properties of a NamedValue.
         * @deprecated Use minchat.v1.NamedValue.$Properties instead.
         */
        interface INamedValue extends minchat.v1.NamedValue.$Properties {
        }

        /** Represents a NamedValue. */
        class NamedValue {

            /**
             * Constructs a new NamedValue.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.NamedValue.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NamedValue name. */
            name: string;

            /** NamedValue value. */
            value: string;

            /**
             * Encodes the specified NamedValue message. Does not implicitly {@link minchat.v1.NamedValue.verify|verify} messages.
             * @param message NamedValue message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.NamedValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NamedValue message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.NamedValue & minchat.v1.NamedValue.$Shape} NamedValue
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.NamedValue & minchat.v1.NamedValue.$Shape;
        }

        namespace NamedValue {

            /** Properties of a NamedValue. */
            interface $Properties {

                /** NamedValue name */
                name?: (string|null);

                /** NamedValue value */
                value?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NamedValue. */
            type $Shape = minchat.v1.NamedValue.$Properties;
        }

        /**
         * Properties of a ListCollectionsRequest.
         * @deprecated Use minchat.v1.ListCollectionsRequest.$Properties instead.
         */
        interface IListCollectionsRequest extends minchat.v1.ListCollectionsRequest.$Properties {
        }

        /** Represents a ListCollectionsRequest. */
        class ListCollectionsRequest {

            /**
             * Constructs a new ListCollectionsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListCollectionsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ListCollectionsRequest message. Does not implicitly {@link minchat.v1.ListCollectionsRequest.verify|verify} messages.
             * @param message ListCollectionsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListCollectionsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListCollectionsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListCollectionsRequest & minchat.v1.ListCollectionsRequest.$Shape} ListCollectionsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListCollectionsRequest & minchat.v1.ListCollectionsRequest.$Shape;
        }

        namespace ListCollectionsRequest {

            /** Properties of a ListCollectionsRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListCollectionsRequest. */
            type $Shape = minchat.v1.ListCollectionsRequest.$Properties;
        }

        /**
         * Properties of a ListCollectionsReply.
         * @deprecated Use minchat.v1.ListCollectionsReply.$Properties instead.
         */
        interface IListCollectionsReply extends minchat.v1.ListCollectionsReply.$Properties {
        }

        /** Represents a ListCollectionsReply. */
        class ListCollectionsReply {

            /**
             * Constructs a new ListCollectionsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListCollectionsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListCollectionsReply collections. */
            collections: minchat.v1.Collection.$Properties[];

            /**
             * Encodes the specified ListCollectionsReply message. Does not implicitly {@link minchat.v1.ListCollectionsReply.verify|verify} messages.
             * @param message ListCollectionsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListCollectionsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListCollectionsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListCollectionsReply & minchat.v1.ListCollectionsReply.$Shape} ListCollectionsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListCollectionsReply & minchat.v1.ListCollectionsReply.$Shape;
        }

        namespace ListCollectionsReply {

            /** Properties of a ListCollectionsReply. */
            interface $Properties {

                /** ListCollectionsReply collections */
                collections?: (minchat.v1.Collection.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListCollectionsReply. */
            type $Shape = minchat.v1.ListCollectionsReply.$Properties;
        }

        /**
         * Properties of a Collection.
         * @deprecated Use minchat.v1.Collection.$Properties instead.
         */
        interface ICollection extends minchat.v1.Collection.$Properties {
        }

        /** Represents a Collection. */
        class Collection {

            /**
             * Constructs a new Collection.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Collection.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Collection name. */
            name: string;

            /** Collection prompts. */
            prompts: number;

            /** Collection demonstrations. */
            demonstrations: number;

            /** Collection comparisons. */
            comparisons: number;

            /** Collection texts. */
            texts: number;

            /**
             * Encodes the specified Collection message. Does not implicitly {@link minchat.v1.Collection.verify|verify} messages.
             * @param message Collection message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Collection.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Collection message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Collection & minchat.v1.Collection.$Shape} Collection
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Collection & minchat.v1.Collection.$Shape;
        }

        namespace Collection {

            /** Properties of a Collection. */
            interface $Properties {

                /** Collection name */
                name?: (string|null);

                /** Collection prompts */
                prompts?: (number|null);

                /** Collection demonstrations */
                demonstrations?: (number|null);

                /** Collection comparisons */
                comparisons?: (number|null);

                /** Collection texts */
                texts?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Collection. */
            type $Shape = minchat.v1.Collection.$Properties;
        }

        /**
         * Properties of a DeleteCollectionRequest.
         * @deprecated Use minchat.v1.DeleteCollectionRequest.$Properties instead.
         */
        interface IDeleteCollectionRequest extends minchat.v1.DeleteCollectionRequest.$Properties {
        }

        /** Represents a DeleteCollectionRequest. */
        class DeleteCollectionRequest {

            /**
             * Constructs a new DeleteCollectionRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DeleteCollectionRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteCollectionRequest collection. */
            collection: string;

            /**
             * Encodes the specified DeleteCollectionRequest message. Does not implicitly {@link minchat.v1.DeleteCollectionRequest.verify|verify} messages.
             * @param message DeleteCollectionRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DeleteCollectionRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteCollectionRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DeleteCollectionRequest & minchat.v1.DeleteCollectionRequest.$Shape} DeleteCollectionRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DeleteCollectionRequest & minchat.v1.DeleteCollectionRequest.$Shape;
        }

        namespace DeleteCollectionRequest {

            /** Properties of a DeleteCollectionRequest. */
            interface $Properties {

                /** DeleteCollectionRequest collection */
                collection?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteCollectionRequest. */
            type $Shape = minchat.v1.DeleteCollectionRequest.$Properties;
        }

        /**
         * Properties of a DeleteCollectionReply.
         * @deprecated Use minchat.v1.DeleteCollectionReply.$Properties instead.
         */
        interface IDeleteCollectionReply extends minchat.v1.DeleteCollectionReply.$Properties {
        }

        /** Represents a DeleteCollectionReply. */
        class DeleteCollectionReply {

            /**
             * Constructs a new DeleteCollectionReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DeleteCollectionReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteCollectionReply prompts. */
            prompts: number;

            /** DeleteCollectionReply demonstrations. */
            demonstrations: number;

            /** DeleteCollectionReply comparisons. */
            comparisons: number;

            /** DeleteCollectionReply texts. */
            texts: number;

            /** DeleteCollectionReply runs. */
            runs: string[];

            /**
             * Encodes the specified DeleteCollectionReply message. Does not implicitly {@link minchat.v1.DeleteCollectionReply.verify|verify} messages.
             * @param message DeleteCollectionReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DeleteCollectionReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteCollectionReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DeleteCollectionReply & minchat.v1.DeleteCollectionReply.$Shape} DeleteCollectionReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DeleteCollectionReply & minchat.v1.DeleteCollectionReply.$Shape;
        }

        namespace DeleteCollectionReply {

            /** Properties of a DeleteCollectionReply. */
            interface $Properties {

                /** DeleteCollectionReply prompts */
                prompts?: (number|null);

                /** DeleteCollectionReply demonstrations */
                demonstrations?: (number|null);

                /** DeleteCollectionReply comparisons */
                comparisons?: (number|null);

                /** DeleteCollectionReply texts */
                texts?: (number|null);

                /** DeleteCollectionReply runs */
                runs?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteCollectionReply. */
            type $Shape = minchat.v1.DeleteCollectionReply.$Properties;
        }

        /**
         * Properties of a ListRecordsRequest.
         * @deprecated Use minchat.v1.ListRecordsRequest.$Properties instead.
         */
        interface IListRecordsRequest extends minchat.v1.ListRecordsRequest.$Properties {
        }

        /** Represents a ListRecordsRequest. */
        class ListRecordsRequest {

            /**
             * Constructs a new ListRecordsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListRecordsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListRecordsRequest collection. */
            collection: string;

            /** ListRecordsRequest type. */
            type: string;

            /** ListRecordsRequest search. */
            search: string;

            /** ListRecordsRequest after. */
            after: string;

            /** ListRecordsRequest limit. */
            limit: number;

            /** ListRecordsRequest labeler. */
            labeler: string;

            /** ListRecordsRequest decision. */
            decision: string;

            /**
             * Encodes the specified ListRecordsRequest message. Does not implicitly {@link minchat.v1.ListRecordsRequest.verify|verify} messages.
             * @param message ListRecordsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListRecordsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListRecordsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListRecordsRequest & minchat.v1.ListRecordsRequest.$Shape} ListRecordsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListRecordsRequest & minchat.v1.ListRecordsRequest.$Shape;
        }

        namespace ListRecordsRequest {

            /** Properties of a ListRecordsRequest. */
            interface $Properties {

                /** ListRecordsRequest collection */
                collection?: (string|null);

                /** ListRecordsRequest type */
                type?: (string|null);

                /** ListRecordsRequest search */
                search?: (string|null);

                /** ListRecordsRequest after */
                after?: (string|null);

                /** ListRecordsRequest limit */
                limit?: (number|null);

                /** ListRecordsRequest labeler */
                labeler?: (string|null);

                /** ListRecordsRequest decision */
                decision?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListRecordsRequest. */
            type $Shape = minchat.v1.ListRecordsRequest.$Properties;
        }

        /**
         * Properties of a ListRecordsReply.
         * @deprecated Use minchat.v1.ListRecordsReply.$Properties instead.
         */
        interface IListRecordsReply extends minchat.v1.ListRecordsReply.$Properties {
        }

        /** Represents a ListRecordsReply. */
        class ListRecordsReply {

            /**
             * Constructs a new ListRecordsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListRecordsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListRecordsReply records. */
            records: minchat.v1.StoredRecord.$Properties[];

            /** ListRecordsReply next. */
            next: string;

            /**
             * Encodes the specified ListRecordsReply message. Does not implicitly {@link minchat.v1.ListRecordsReply.verify|verify} messages.
             * @param message ListRecordsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListRecordsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListRecordsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListRecordsReply & minchat.v1.ListRecordsReply.$Shape} ListRecordsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListRecordsReply & minchat.v1.ListRecordsReply.$Shape;
        }

        namespace ListRecordsReply {

            /** Properties of a ListRecordsReply. */
            interface $Properties {

                /** ListRecordsReply records */
                records?: (minchat.v1.StoredRecord.$Properties[]|null);

                /** ListRecordsReply next */
                next?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListRecordsReply. */
            type $Shape = minchat.v1.ListRecordsReply.$Properties;
        }

        /**
         * Properties of a StoredRecord.
         * @deprecated Use minchat.v1.StoredRecord.$Properties instead.
         */
        interface IStoredRecord extends minchat.v1.StoredRecord.$Properties {
        }

        /** Represents a StoredRecord. */
        class StoredRecord {

            /**
             * Constructs a new StoredRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.StoredRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoredRecord id. */
            id: string;

            /** StoredRecord messages. */
            messages: minchat.v1.Message.$Properties[];

            /** StoredRecord completion. */
            completion: string;

            /** StoredRecord answers. */
            answers: minchat.v1.RankedAnswer.$Properties[];

            /** StoredRecord text. */
            text: string;

            /** StoredRecord labeler. */
            labeler: string;

            /** StoredRecord useCase. */
            useCase: string;

            /** StoredRecord decision. */
            decision: string;

            /** StoredRecord user. */
            user: string;

            /** StoredRecord note. */
            note: string;

            /** StoredRecord reference. */
            reference: string;

            /**
             * Encodes the specified StoredRecord message. Does not implicitly {@link minchat.v1.StoredRecord.verify|verify} messages.
             * @param message StoredRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.StoredRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoredRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.StoredRecord & minchat.v1.StoredRecord.$Shape} StoredRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.StoredRecord & minchat.v1.StoredRecord.$Shape;
        }

        namespace StoredRecord {

            /** Properties of a StoredRecord. */
            interface $Properties {

                /** StoredRecord id */
                id?: (string|null);

                /** StoredRecord messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** StoredRecord completion */
                completion?: (string|null);

                /** StoredRecord answers */
                answers?: (minchat.v1.RankedAnswer.$Properties[]|null);

                /** StoredRecord text */
                text?: (string|null);

                /** StoredRecord labeler */
                labeler?: (string|null);

                /** StoredRecord useCase */
                useCase?: (string|null);

                /** StoredRecord decision */
                decision?: (string|null);

                /** StoredRecord user */
                user?: (string|null);

                /** StoredRecord note */
                note?: (string|null);

                /** StoredRecord reference */
                reference?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoredRecord. */
            type $Shape = minchat.v1.StoredRecord.$Properties;
        }

        /**
         * Properties of a PreviewImportRequest.
         * @deprecated Use minchat.v1.PreviewImportRequest.$Properties instead.
         */
        interface IPreviewImportRequest extends minchat.v1.PreviewImportRequest.$Properties {
        }

        /** Represents a PreviewImportRequest. */
        class PreviewImportRequest {

            /**
             * Constructs a new PreviewImportRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.PreviewImportRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PreviewImportRequest format. */
            format: string;

            /** PreviewImportRequest head. */
            head: string;

            /** PreviewImportRequest mapping. */
            mapping: minchat.v1.FieldMapping.$Properties[];

            /**
             * Encodes the specified PreviewImportRequest message. Does not implicitly {@link minchat.v1.PreviewImportRequest.verify|verify} messages.
             * @param message PreviewImportRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.PreviewImportRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PreviewImportRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.PreviewImportRequest & minchat.v1.PreviewImportRequest.$Shape} PreviewImportRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.PreviewImportRequest & minchat.v1.PreviewImportRequest.$Shape;
        }

        namespace PreviewImportRequest {

            /** Properties of a PreviewImportRequest. */
            interface $Properties {

                /** PreviewImportRequest format */
                format?: (string|null);

                /** PreviewImportRequest head */
                head?: (string|null);

                /** PreviewImportRequest mapping */
                mapping?: (minchat.v1.FieldMapping.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PreviewImportRequest. */
            type $Shape = minchat.v1.PreviewImportRequest.$Properties;
        }

        /**
         * Properties of a PreviewImportReply.
         * @deprecated Use minchat.v1.PreviewImportReply.$Properties instead.
         */
        interface IPreviewImportReply extends minchat.v1.PreviewImportReply.$Properties {
        }

        /** Represents a PreviewImportReply. */
        class PreviewImportReply {

            /**
             * Constructs a new PreviewImportReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.PreviewImportReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PreviewImportReply fields. */
            fields: string[];

            /** PreviewImportReply records. */
            records: minchat.v1.PreviewedRecord.$Properties[];

            /** PreviewImportReply bad. */
            bad: minchat.v1.BadRecord.$Properties[];

            /**
             * Encodes the specified PreviewImportReply message. Does not implicitly {@link minchat.v1.PreviewImportReply.verify|verify} messages.
             * @param message PreviewImportReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.PreviewImportReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PreviewImportReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.PreviewImportReply & minchat.v1.PreviewImportReply.$Shape} PreviewImportReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.PreviewImportReply & minchat.v1.PreviewImportReply.$Shape;
        }

        namespace PreviewImportReply {

            /** Properties of a PreviewImportReply. */
            interface $Properties {

                /** PreviewImportReply fields */
                fields?: (string[]|null);

                /** PreviewImportReply records */
                records?: (minchat.v1.PreviewedRecord.$Properties[]|null);

                /** PreviewImportReply bad */
                bad?: (minchat.v1.BadRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PreviewImportReply. */
            type $Shape = minchat.v1.PreviewImportReply.$Properties;
        }

        /**
         * Properties of a PreviewedRecord.
         * @deprecated Use minchat.v1.PreviewedRecord.$Properties instead.
         */
        interface IPreviewedRecord extends minchat.v1.PreviewedRecord.$Properties {
        }

        /** Represents a PreviewedRecord. */
        class PreviewedRecord {

            /**
             * Constructs a new PreviewedRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.PreviewedRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PreviewedRecord line. */
            line: number;

            /** PreviewedRecord type. */
            type: string;

            /** PreviewedRecord record. */
            record?: (minchat.v1.StoredRecord.$Properties|null);

            /**
             * Encodes the specified PreviewedRecord message. Does not implicitly {@link minchat.v1.PreviewedRecord.verify|verify} messages.
             * @param message PreviewedRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.PreviewedRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PreviewedRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.PreviewedRecord & minchat.v1.PreviewedRecord.$Shape} PreviewedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.PreviewedRecord & minchat.v1.PreviewedRecord.$Shape;
        }

        namespace PreviewedRecord {

            /** Properties of a PreviewedRecord. */
            interface $Properties {

                /** PreviewedRecord line */
                line?: (number|null);

                /** PreviewedRecord type */
                type?: (string|null);

                /** PreviewedRecord record */
                record?: (minchat.v1.StoredRecord.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PreviewedRecord. */
            type $Shape = minchat.v1.PreviewedRecord.$Properties;
        }

        /**
         * Properties of an ExportRecordsRequest.
         * @deprecated Use minchat.v1.ExportRecordsRequest.$Properties instead.
         */
        interface IExportRecordsRequest extends minchat.v1.ExportRecordsRequest.$Properties {
        }

        /** Represents an ExportRecordsRequest. */
        class ExportRecordsRequest {

            /**
             * Constructs a new ExportRecordsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ExportRecordsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ExportRecordsRequest collection. */
            collection: string;

            /** ExportRecordsRequest type. */
            type: string;

            /** ExportRecordsRequest format. */
            format: string;

            /**
             * Encodes the specified ExportRecordsRequest message. Does not implicitly {@link minchat.v1.ExportRecordsRequest.verify|verify} messages.
             * @param message ExportRecordsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ExportRecordsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ExportRecordsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ExportRecordsRequest & minchat.v1.ExportRecordsRequest.$Shape} ExportRecordsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ExportRecordsRequest & minchat.v1.ExportRecordsRequest.$Shape;
        }

        namespace ExportRecordsRequest {

            /** Properties of an ExportRecordsRequest. */
            interface $Properties {

                /** ExportRecordsRequest collection */
                collection?: (string|null);

                /** ExportRecordsRequest type */
                type?: (string|null);

                /** ExportRecordsRequest format */
                format?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ExportRecordsRequest. */
            type $Shape = minchat.v1.ExportRecordsRequest.$Properties;
        }

        /**
         * Properties of an ExportChunk.
         * @deprecated Use minchat.v1.ExportChunk.$Properties instead.
         */
        interface IExportChunk extends minchat.v1.ExportChunk.$Properties {
        }

        /** Represents an ExportChunk. */
        class ExportChunk {

            /**
             * Constructs a new ExportChunk.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ExportChunk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ExportChunk lines. */
            lines: Uint8Array;

            /**
             * Encodes the specified ExportChunk message. Does not implicitly {@link minchat.v1.ExportChunk.verify|verify} messages.
             * @param message ExportChunk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ExportChunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ExportChunk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ExportChunk & minchat.v1.ExportChunk.$Shape} ExportChunk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ExportChunk & minchat.v1.ExportChunk.$Shape;
        }

        namespace ExportChunk {

            /** Properties of an ExportChunk. */
            interface $Properties {

                /** ExportChunk lines */
                lines?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ExportChunk. */
            type $Shape = minchat.v1.ExportChunk.$Properties;
        }

        /**
         * Properties of an ApplyRulesRequest.
         * @deprecated Use minchat.v1.ApplyRulesRequest.$Properties instead.
         */
        interface IApplyRulesRequest extends minchat.v1.ApplyRulesRequest.$Properties {
        }

        /** Represents an ApplyRulesRequest. */
        class ApplyRulesRequest {

            /**
             * Constructs a new ApplyRulesRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ApplyRulesRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ApplyRulesRequest collection. */
            collection: string;

            /**
             * Encodes the specified ApplyRulesRequest message. Does not implicitly {@link minchat.v1.ApplyRulesRequest.verify|verify} messages.
             * @param message ApplyRulesRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ApplyRulesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ApplyRulesRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ApplyRulesRequest & minchat.v1.ApplyRulesRequest.$Shape} ApplyRulesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ApplyRulesRequest & minchat.v1.ApplyRulesRequest.$Shape;
        }

        namespace ApplyRulesRequest {

            /** Properties of an ApplyRulesRequest. */
            interface $Properties {

                /** ApplyRulesRequest collection */
                collection?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ApplyRulesRequest. */
            type $Shape = minchat.v1.ApplyRulesRequest.$Properties;
        }

        /**
         * Properties of an ApplyRulesReply.
         * @deprecated Use minchat.v1.ApplyRulesReply.$Properties instead.
         */
        interface IApplyRulesReply extends minchat.v1.ApplyRulesReply.$Properties {
        }

        /** Represents an ApplyRulesReply. */
        class ApplyRulesReply {

            /**
             * Constructs a new ApplyRulesReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ApplyRulesReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ApplyRulesReply decisions. */
            decisions: minchat.v1.DecisionCount.$Properties[];

            /**
             * Encodes the specified ApplyRulesReply message. Does not implicitly {@link minchat.v1.ApplyRulesReply.verify|verify} messages.
             * @param message ApplyRulesReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ApplyRulesReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ApplyRulesReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ApplyRulesReply & minchat.v1.ApplyRulesReply.$Shape} ApplyRulesReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ApplyRulesReply & minchat.v1.ApplyRulesReply.$Shape;
        }

        namespace ApplyRulesReply {

            /** Properties of an ApplyRulesReply. */
            interface $Properties {

                /** ApplyRulesReply decisions */
                decisions?: (minchat.v1.DecisionCount.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ApplyRulesReply. */
            type $Shape = minchat.v1.ApplyRulesReply.$Properties;
        }

        /**
         * Properties of a GetDecisionsRequest.
         * @deprecated Use minchat.v1.GetDecisionsRequest.$Properties instead.
         */
        interface IGetDecisionsRequest extends minchat.v1.GetDecisionsRequest.$Properties {
        }

        /** Represents a GetDecisionsRequest. */
        class GetDecisionsRequest {

            /**
             * Constructs a new GetDecisionsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetDecisionsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetDecisionsRequest collection. */
            collection: string;

            /**
             * Encodes the specified GetDecisionsRequest message. Does not implicitly {@link minchat.v1.GetDecisionsRequest.verify|verify} messages.
             * @param message GetDecisionsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetDecisionsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetDecisionsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetDecisionsRequest & minchat.v1.GetDecisionsRequest.$Shape} GetDecisionsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetDecisionsRequest & minchat.v1.GetDecisionsRequest.$Shape;
        }

        namespace GetDecisionsRequest {

            /** Properties of a GetDecisionsRequest. */
            interface $Properties {

                /** GetDecisionsRequest collection */
                collection?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetDecisionsRequest. */
            type $Shape = minchat.v1.GetDecisionsRequest.$Properties;
        }

        /**
         * Properties of a DecisionCount.
         * @deprecated Use minchat.v1.DecisionCount.$Properties instead.
         */
        interface IDecisionCount extends minchat.v1.DecisionCount.$Properties {
        }

        /** Represents a DecisionCount. */
        class DecisionCount {

            /**
             * Constructs a new DecisionCount.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.DecisionCount.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DecisionCount decision. */
            decision: string;

            /** DecisionCount prompts. */
            prompts: number;

            /**
             * Encodes the specified DecisionCount message. Does not implicitly {@link minchat.v1.DecisionCount.verify|verify} messages.
             * @param message DecisionCount message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.DecisionCount.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DecisionCount message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.DecisionCount & minchat.v1.DecisionCount.$Shape} DecisionCount
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.DecisionCount & minchat.v1.DecisionCount.$Shape;
        }

        namespace DecisionCount {

            /** Properties of a DecisionCount. */
            interface $Properties {

                /** DecisionCount decision */
                decision?: (string|null);

                /** DecisionCount prompts */
                prompts?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DecisionCount. */
            type $Shape = minchat.v1.DecisionCount.$Properties;
        }

        /**
         * Properties of a LeaseTaskRequest.
         * @deprecated Use minchat.v1.LeaseTaskRequest.$Properties instead.
         */
        interface ILeaseTaskRequest extends minchat.v1.LeaseTaskRequest.$Properties {
        }

        /** Represents a LeaseTaskRequest. */
        class LeaseTaskRequest {

            /**
             * Constructs a new LeaseTaskRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LeaseTaskRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LeaseTaskRequest labelerId. */
            labelerId: string;

            /** LeaseTaskRequest kind. */
            kind: string;

            /** LeaseTaskRequest runId. */
            runId: string;

            /** LeaseTaskRequest holding. */
            holding: string[];

            /**
             * Encodes the specified LeaseTaskRequest message. Does not implicitly {@link minchat.v1.LeaseTaskRequest.verify|verify} messages.
             * @param message LeaseTaskRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LeaseTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LeaseTaskRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LeaseTaskRequest & minchat.v1.LeaseTaskRequest.$Shape} LeaseTaskRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LeaseTaskRequest & minchat.v1.LeaseTaskRequest.$Shape;
        }

        namespace LeaseTaskRequest {

            /** Properties of a LeaseTaskRequest. */
            interface $Properties {

                /** LeaseTaskRequest labelerId */
                labelerId?: (string|null);

                /** LeaseTaskRequest kind */
                kind?: (string|null);

                /** LeaseTaskRequest runId */
                runId?: (string|null);

                /** LeaseTaskRequest holding */
                holding?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LeaseTaskRequest. */
            type $Shape = minchat.v1.LeaseTaskRequest.$Properties;
        }

        /**
         * Properties of a LabelingTask.
         * @deprecated Use minchat.v1.LabelingTask.$Properties instead.
         */
        interface ILabelingTask extends minchat.v1.LabelingTask.$Properties {
        }

        /** Represents a LabelingTask. */
        class LabelingTask {

            /**
             * Constructs a new LabelingTask.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LabelingTask.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LabelingTask taskId. */
            taskId: string;

            /** LabelingTask kind. */
            kind: string;

            /** LabelingTask runId. */
            runId: string;

            /** LabelingTask stage. */
            stage: string;

            /** LabelingTask promptId. */
            promptId: string;

            /** LabelingTask messages. */
            messages: minchat.v1.Message.$Properties[];

            /** LabelingTask answers. */
            answers: minchat.v1.OfferedAnswer.$Properties[];

            /** LabelingTask leasedUntilMs. */
            leasedUntilMs: number;

            /**
             * Encodes the specified LabelingTask message. Does not implicitly {@link minchat.v1.LabelingTask.verify|verify} messages.
             * @param message LabelingTask message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LabelingTask.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LabelingTask message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LabelingTask & minchat.v1.LabelingTask.$Shape} LabelingTask
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LabelingTask & minchat.v1.LabelingTask.$Shape;
        }

        namespace LabelingTask {

            /** Properties of a LabelingTask. */
            interface $Properties {

                /** LabelingTask taskId */
                taskId?: (string|null);

                /** LabelingTask kind */
                kind?: (string|null);

                /** LabelingTask runId */
                runId?: (string|null);

                /** LabelingTask stage */
                stage?: (string|null);

                /** LabelingTask promptId */
                promptId?: (string|null);

                /** LabelingTask messages */
                messages?: (minchat.v1.Message.$Properties[]|null);

                /** LabelingTask answers */
                answers?: (minchat.v1.OfferedAnswer.$Properties[]|null);

                /** LabelingTask leasedUntilMs */
                leasedUntilMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LabelingTask. */
            type $Shape = minchat.v1.LabelingTask.$Properties;
        }

        /**
         * Properties of an OfferedAnswer.
         * @deprecated Use minchat.v1.OfferedAnswer.$Properties instead.
         */
        interface IOfferedAnswer extends minchat.v1.OfferedAnswer.$Properties {
        }

        /** Represents an OfferedAnswer. */
        class OfferedAnswer {

            /**
             * Constructs a new OfferedAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.OfferedAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OfferedAnswer text. */
            text: string;

            /** OfferedAnswer finished. */
            finished: boolean;

            /**
             * Encodes the specified OfferedAnswer message. Does not implicitly {@link minchat.v1.OfferedAnswer.verify|verify} messages.
             * @param message OfferedAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.OfferedAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OfferedAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.OfferedAnswer & minchat.v1.OfferedAnswer.$Shape} OfferedAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.OfferedAnswer & minchat.v1.OfferedAnswer.$Shape;
        }

        namespace OfferedAnswer {

            /** Properties of an OfferedAnswer. */
            interface $Properties {

                /** OfferedAnswer text */
                text?: (string|null);

                /** OfferedAnswer finished */
                finished?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OfferedAnswer. */
            type $Shape = minchat.v1.OfferedAnswer.$Properties;
        }

        /**
         * Properties of a RenewTaskRequest.
         * @deprecated Use minchat.v1.RenewTaskRequest.$Properties instead.
         */
        interface IRenewTaskRequest extends minchat.v1.RenewTaskRequest.$Properties {
        }

        /** Represents a RenewTaskRequest. */
        class RenewTaskRequest {

            /**
             * Constructs a new RenewTaskRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RenewTaskRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RenewTaskRequest taskId. */
            taskId: string;

            /** RenewTaskRequest labelerId. */
            labelerId: string;

            /** RenewTaskRequest formerly. */
            formerly: string;

            /**
             * Encodes the specified RenewTaskRequest message. Does not implicitly {@link minchat.v1.RenewTaskRequest.verify|verify} messages.
             * @param message RenewTaskRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RenewTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RenewTaskRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RenewTaskRequest & minchat.v1.RenewTaskRequest.$Shape} RenewTaskRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RenewTaskRequest & minchat.v1.RenewTaskRequest.$Shape;
        }

        namespace RenewTaskRequest {

            /** Properties of a RenewTaskRequest. */
            interface $Properties {

                /** RenewTaskRequest taskId */
                taskId?: (string|null);

                /** RenewTaskRequest labelerId */
                labelerId?: (string|null);

                /** RenewTaskRequest formerly */
                formerly?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RenewTaskRequest. */
            type $Shape = minchat.v1.RenewTaskRequest.$Properties;
        }

        /**
         * Properties of a RenewTaskReply.
         * @deprecated Use minchat.v1.RenewTaskReply.$Properties instead.
         */
        interface IRenewTaskReply extends minchat.v1.RenewTaskReply.$Properties {
        }

        /** Represents a RenewTaskReply. */
        class RenewTaskReply {

            /**
             * Constructs a new RenewTaskReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.RenewTaskReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RenewTaskReply leasedUntilMs. */
            leasedUntilMs: number;

            /**
             * Encodes the specified RenewTaskReply message. Does not implicitly {@link minchat.v1.RenewTaskReply.verify|verify} messages.
             * @param message RenewTaskReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.RenewTaskReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RenewTaskReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.RenewTaskReply & minchat.v1.RenewTaskReply.$Shape} RenewTaskReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.RenewTaskReply & minchat.v1.RenewTaskReply.$Shape;
        }

        namespace RenewTaskReply {

            /** Properties of a RenewTaskReply. */
            interface $Properties {

                /** RenewTaskReply leasedUntilMs */
                leasedUntilMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RenewTaskReply. */
            type $Shape = minchat.v1.RenewTaskReply.$Properties;
        }

        /**
         * Properties of a SubmitTaskRequest.
         * @deprecated Use minchat.v1.SubmitTaskRequest.$Properties instead.
         */
        interface ISubmitTaskRequest extends minchat.v1.SubmitTaskRequest.$Properties {
        }

        /** Represents a SubmitTaskRequest. */
        class SubmitTaskRequest {

            /**
             * Constructs a new SubmitTaskRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SubmitTaskRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubmitTaskRequest taskId. */
            taskId: string;

            /** SubmitTaskRequest labelerId. */
            labelerId: string;

            /** SubmitTaskRequest verdicts. */
            verdicts: minchat.v1.Verdict.$Properties[];

            /** SubmitTaskRequest completion. */
            completion: string;

            /** SubmitTaskRequest activeMs. */
            activeMs: number;

            /** SubmitTaskRequest note. */
            note: string;

            /** SubmitTaskRequest replace. */
            replace: boolean;

            /**
             * Encodes the specified SubmitTaskRequest message. Does not implicitly {@link minchat.v1.SubmitTaskRequest.verify|verify} messages.
             * @param message SubmitTaskRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SubmitTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubmitTaskRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SubmitTaskRequest & minchat.v1.SubmitTaskRequest.$Shape} SubmitTaskRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SubmitTaskRequest & minchat.v1.SubmitTaskRequest.$Shape;
        }

        namespace SubmitTaskRequest {

            /** Properties of a SubmitTaskRequest. */
            interface $Properties {

                /** SubmitTaskRequest taskId */
                taskId?: (string|null);

                /** SubmitTaskRequest labelerId */
                labelerId?: (string|null);

                /** SubmitTaskRequest verdicts */
                verdicts?: (minchat.v1.Verdict.$Properties[]|null);

                /** SubmitTaskRequest completion */
                completion?: (string|null);

                /** SubmitTaskRequest activeMs */
                activeMs?: (number|null);

                /** SubmitTaskRequest note */
                note?: (string|null);

                /** SubmitTaskRequest replace */
                replace?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubmitTaskRequest. */
            type $Shape = minchat.v1.SubmitTaskRequest.$Properties;
        }

        /**
         * Properties of a Verdict.
         * @deprecated Use minchat.v1.Verdict.$Properties instead.
         */
        interface IVerdict extends minchat.v1.Verdict.$Properties {
        }

        /** Represents a Verdict. */
        class Verdict {

            /**
             * Constructs a new Verdict.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Verdict.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Verdict rank. */
            rank: number;

            /** Verdict rating. */
            rating: number;

            /** Verdict flags. */
            flags: string[];

            /**
             * Encodes the specified Verdict message. Does not implicitly {@link minchat.v1.Verdict.verify|verify} messages.
             * @param message Verdict message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Verdict.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Verdict message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Verdict & minchat.v1.Verdict.$Shape} Verdict
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Verdict & minchat.v1.Verdict.$Shape;
        }

        namespace Verdict {

            /** Properties of a Verdict. */
            interface $Properties {

                /** Verdict rank */
                rank?: (number|null);

                /** Verdict rating */
                rating?: (number|null);

                /** Verdict flags */
                flags?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Verdict. */
            type $Shape = minchat.v1.Verdict.$Properties;
        }

        /**
         * Properties of a SubmitTaskReply.
         * @deprecated Use minchat.v1.SubmitTaskReply.$Properties instead.
         */
        interface ISubmitTaskReply extends minchat.v1.SubmitTaskReply.$Properties {
        }

        /** Represents a SubmitTaskReply. */
        class SubmitTaskReply {

            /**
             * Constructs a new SubmitTaskReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SubmitTaskReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified SubmitTaskReply message. Does not implicitly {@link minchat.v1.SubmitTaskReply.verify|verify} messages.
             * @param message SubmitTaskReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SubmitTaskReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubmitTaskReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SubmitTaskReply & minchat.v1.SubmitTaskReply.$Shape} SubmitTaskReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SubmitTaskReply & minchat.v1.SubmitTaskReply.$Shape;
        }

        namespace SubmitTaskReply {

            /** Properties of a SubmitTaskReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubmitTaskReply. */
            type $Shape = minchat.v1.SubmitTaskReply.$Properties;
        }

        /**
         * Properties of a SkipTaskRequest.
         * @deprecated Use minchat.v1.SkipTaskRequest.$Properties instead.
         */
        interface ISkipTaskRequest extends minchat.v1.SkipTaskRequest.$Properties {
        }

        /** Represents a SkipTaskRequest. */
        class SkipTaskRequest {

            /**
             * Constructs a new SkipTaskRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SkipTaskRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SkipTaskRequest taskId. */
            taskId: string;

            /** SkipTaskRequest labelerId. */
            labelerId: string;

            /** SkipTaskRequest reason. */
            reason: string;

            /** SkipTaskRequest activeMs. */
            activeMs: number;

            /** SkipTaskRequest note. */
            note: string;

            /** SkipTaskRequest replace. */
            replace: boolean;

            /**
             * Encodes the specified SkipTaskRequest message. Does not implicitly {@link minchat.v1.SkipTaskRequest.verify|verify} messages.
             * @param message SkipTaskRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SkipTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SkipTaskRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SkipTaskRequest & minchat.v1.SkipTaskRequest.$Shape} SkipTaskRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SkipTaskRequest & minchat.v1.SkipTaskRequest.$Shape;
        }

        namespace SkipTaskRequest {

            /** Properties of a SkipTaskRequest. */
            interface $Properties {

                /** SkipTaskRequest taskId */
                taskId?: (string|null);

                /** SkipTaskRequest labelerId */
                labelerId?: (string|null);

                /** SkipTaskRequest reason */
                reason?: (string|null);

                /** SkipTaskRequest activeMs */
                activeMs?: (number|null);

                /** SkipTaskRequest note */
                note?: (string|null);

                /** SkipTaskRequest replace */
                replace?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SkipTaskRequest. */
            type $Shape = minchat.v1.SkipTaskRequest.$Properties;
        }

        /**
         * Properties of a SkipTaskReply.
         * @deprecated Use minchat.v1.SkipTaskReply.$Properties instead.
         */
        interface ISkipTaskReply extends minchat.v1.SkipTaskReply.$Properties {
        }

        /** Represents a SkipTaskReply. */
        class SkipTaskReply {

            /**
             * Constructs a new SkipTaskReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SkipTaskReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified SkipTaskReply message. Does not implicitly {@link minchat.v1.SkipTaskReply.verify|verify} messages.
             * @param message SkipTaskReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SkipTaskReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SkipTaskReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SkipTaskReply & minchat.v1.SkipTaskReply.$Shape} SkipTaskReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SkipTaskReply & minchat.v1.SkipTaskReply.$Shape;
        }

        namespace SkipTaskReply {

            /** Properties of a SkipTaskReply. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SkipTaskReply. */
            type $Shape = minchat.v1.SkipTaskReply.$Properties;
        }

        /**
         * Properties of a ListHandedInRequest.
         * @deprecated Use minchat.v1.ListHandedInRequest.$Properties instead.
         */
        interface IListHandedInRequest extends minchat.v1.ListHandedInRequest.$Properties {
        }

        /** Represents a ListHandedInRequest. */
        class ListHandedInRequest {

            /**
             * Constructs a new ListHandedInRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListHandedInRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListHandedInRequest labelerId. */
            labelerId: string;

            /**
             * Encodes the specified ListHandedInRequest message. Does not implicitly {@link minchat.v1.ListHandedInRequest.verify|verify} messages.
             * @param message ListHandedInRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListHandedInRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListHandedInRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListHandedInRequest & minchat.v1.ListHandedInRequest.$Shape} ListHandedInRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListHandedInRequest & minchat.v1.ListHandedInRequest.$Shape;
        }

        namespace ListHandedInRequest {

            /** Properties of a ListHandedInRequest. */
            interface $Properties {

                /** ListHandedInRequest labelerId */
                labelerId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListHandedInRequest. */
            type $Shape = minchat.v1.ListHandedInRequest.$Properties;
        }

        /**
         * Properties of a ListHandedInReply.
         * @deprecated Use minchat.v1.ListHandedInReply.$Properties instead.
         */
        interface IListHandedInReply extends minchat.v1.ListHandedInReply.$Properties {
        }

        /** Represents a ListHandedInReply. */
        class ListHandedInReply {

            /**
             * Constructs a new ListHandedInReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListHandedInReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListHandedInReply tasks. */
            tasks: minchat.v1.HandedIn.$Properties[];

            /**
             * Encodes the specified ListHandedInReply message. Does not implicitly {@link minchat.v1.ListHandedInReply.verify|verify} messages.
             * @param message ListHandedInReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListHandedInReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListHandedInReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListHandedInReply & minchat.v1.ListHandedInReply.$Shape} ListHandedInReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListHandedInReply & minchat.v1.ListHandedInReply.$Shape;
        }

        namespace ListHandedInReply {

            /** Properties of a ListHandedInReply. */
            interface $Properties {

                /** ListHandedInReply tasks */
                tasks?: (minchat.v1.HandedIn.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListHandedInReply. */
            type $Shape = minchat.v1.ListHandedInReply.$Properties;
        }

        /**
         * Properties of a HandedIn.
         * @deprecated Use minchat.v1.HandedIn.$Properties instead.
         */
        interface IHandedIn extends minchat.v1.HandedIn.$Properties {
        }

        /** Represents a HandedIn. */
        class HandedIn {

            /**
             * Constructs a new HandedIn.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.HandedIn.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HandedIn taskId. */
            taskId: string;

            /** HandedIn runId. */
            runId: string;

            /** HandedIn prompt. */
            prompt: string;

            /** HandedIn atMs. */
            atMs: number;

            /** HandedIn kind. */
            kind: string;

            /** HandedIn skipped. */
            skipped: boolean;

            /**
             * Encodes the specified HandedIn message. Does not implicitly {@link minchat.v1.HandedIn.verify|verify} messages.
             * @param message HandedIn message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.HandedIn.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HandedIn message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.HandedIn & minchat.v1.HandedIn.$Shape} HandedIn
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.HandedIn & minchat.v1.HandedIn.$Shape;
        }

        namespace HandedIn {

            /** Properties of a HandedIn. */
            interface $Properties {

                /** HandedIn taskId */
                taskId?: (string|null);

                /** HandedIn runId */
                runId?: (string|null);

                /** HandedIn prompt */
                prompt?: (string|null);

                /** HandedIn atMs */
                atMs?: (number|null);

                /** HandedIn kind */
                kind?: (string|null);

                /** HandedIn skipped */
                skipped?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HandedIn. */
            type $Shape = minchat.v1.HandedIn.$Properties;
        }

        /**
         * Properties of a GetHandedInRequest.
         * @deprecated Use minchat.v1.GetHandedInRequest.$Properties instead.
         */
        interface IGetHandedInRequest extends minchat.v1.GetHandedInRequest.$Properties {
        }

        /** Represents a GetHandedInRequest. */
        class GetHandedInRequest {

            /**
             * Constructs a new GetHandedInRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetHandedInRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetHandedInRequest taskId. */
            taskId: string;

            /** GetHandedInRequest labelerId. */
            labelerId: string;

            /**
             * Encodes the specified GetHandedInRequest message. Does not implicitly {@link minchat.v1.GetHandedInRequest.verify|verify} messages.
             * @param message GetHandedInRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetHandedInRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetHandedInRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetHandedInRequest & minchat.v1.GetHandedInRequest.$Shape} GetHandedInRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetHandedInRequest & minchat.v1.GetHandedInRequest.$Shape;
        }

        namespace GetHandedInRequest {

            /** Properties of a GetHandedInRequest. */
            interface $Properties {

                /** GetHandedInRequest taskId */
                taskId?: (string|null);

                /** GetHandedInRequest labelerId */
                labelerId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetHandedInRequest. */
            type $Shape = minchat.v1.GetHandedInRequest.$Properties;
        }

        /**
         * Properties of a GetHandedInReply.
         * @deprecated Use minchat.v1.GetHandedInReply.$Properties instead.
         */
        interface IGetHandedInReply extends minchat.v1.GetHandedInReply.$Properties {
        }

        /** Represents a GetHandedInReply. */
        class GetHandedInReply {

            /**
             * Constructs a new GetHandedInReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetHandedInReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetHandedInReply task. */
            task?: (minchat.v1.LabelingTask.$Properties|null);

            /** GetHandedInReply verdicts. */
            verdicts: minchat.v1.Verdict.$Properties[];

            /** GetHandedInReply note. */
            note: string;

            /** GetHandedInReply completion. */
            completion: string;

            /** GetHandedInReply skipped. */
            skipped: boolean;

            /** GetHandedInReply reason. */
            reason: string;

            /**
             * Encodes the specified GetHandedInReply message. Does not implicitly {@link minchat.v1.GetHandedInReply.verify|verify} messages.
             * @param message GetHandedInReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetHandedInReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetHandedInReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetHandedInReply & minchat.v1.GetHandedInReply.$Shape} GetHandedInReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetHandedInReply & minchat.v1.GetHandedInReply.$Shape;
        }

        namespace GetHandedInReply {

            /** Properties of a GetHandedInReply. */
            interface $Properties {

                /** GetHandedInReply task */
                task?: (minchat.v1.LabelingTask.$Properties|null);

                /** GetHandedInReply verdicts */
                verdicts?: (minchat.v1.Verdict.$Properties[]|null);

                /** GetHandedInReply note */
                note?: (string|null);

                /** GetHandedInReply completion */
                completion?: (string|null);

                /** GetHandedInReply skipped */
                skipped?: (boolean|null);

                /** GetHandedInReply reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetHandedInReply. */
            type $Shape = minchat.v1.GetHandedInReply.$Properties;
        }

        /**
         * Properties of a ListQueuesRequest.
         * @deprecated Use minchat.v1.ListQueuesRequest.$Properties instead.
         */
        interface IListQueuesRequest extends minchat.v1.ListQueuesRequest.$Properties {
        }

        /** Represents a ListQueuesRequest. */
        class ListQueuesRequest {

            /**
             * Constructs a new ListQueuesRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListQueuesRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ListQueuesRequest message. Does not implicitly {@link minchat.v1.ListQueuesRequest.verify|verify} messages.
             * @param message ListQueuesRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListQueuesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListQueuesRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListQueuesRequest & minchat.v1.ListQueuesRequest.$Shape} ListQueuesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListQueuesRequest & minchat.v1.ListQueuesRequest.$Shape;
        }

        namespace ListQueuesRequest {

            /** Properties of a ListQueuesRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListQueuesRequest. */
            type $Shape = minchat.v1.ListQueuesRequest.$Properties;
        }

        /**
         * Properties of a ListQueuesReply.
         * @deprecated Use minchat.v1.ListQueuesReply.$Properties instead.
         */
        interface IListQueuesReply extends minchat.v1.ListQueuesReply.$Properties {
        }

        /** Represents a ListQueuesReply. */
        class ListQueuesReply {

            /**
             * Constructs a new ListQueuesReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ListQueuesReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListQueuesReply queues. */
            queues: minchat.v1.LabelingQueue.$Properties[];

            /** ListQueuesReply unanswered. */
            unanswered: number;

            /**
             * Encodes the specified ListQueuesReply message. Does not implicitly {@link minchat.v1.ListQueuesReply.verify|verify} messages.
             * @param message ListQueuesReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ListQueuesReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListQueuesReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ListQueuesReply & minchat.v1.ListQueuesReply.$Shape} ListQueuesReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ListQueuesReply & minchat.v1.ListQueuesReply.$Shape;
        }

        namespace ListQueuesReply {

            /** Properties of a ListQueuesReply. */
            interface $Properties {

                /** ListQueuesReply queues */
                queues?: (minchat.v1.LabelingQueue.$Properties[]|null);

                /** ListQueuesReply unanswered */
                unanswered?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListQueuesReply. */
            type $Shape = minchat.v1.ListQueuesReply.$Properties;
        }

        /**
         * Properties of a LabelingQueue.
         * @deprecated Use minchat.v1.LabelingQueue.$Properties instead.
         */
        interface ILabelingQueue extends minchat.v1.LabelingQueue.$Properties {
        }

        /** Represents a LabelingQueue. */
        class LabelingQueue {

            /**
             * Constructs a new LabelingQueue.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LabelingQueue.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LabelingQueue runId. */
            runId: string;

            /** LabelingQueue stage. */
            stage: string;

            /** LabelingQueue wanted. */
            wanted: number;

            /** LabelingQueue done. */
            done: number;

            /** LabelingQueue open. */
            open: number;

            /** LabelingQueue leased. */
            leased: number;

            /**
             * Encodes the specified LabelingQueue message. Does not implicitly {@link minchat.v1.LabelingQueue.verify|verify} messages.
             * @param message LabelingQueue message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LabelingQueue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LabelingQueue message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LabelingQueue & minchat.v1.LabelingQueue.$Shape} LabelingQueue
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LabelingQueue & minchat.v1.LabelingQueue.$Shape;
        }

        namespace LabelingQueue {

            /** Properties of a LabelingQueue. */
            interface $Properties {

                /** LabelingQueue runId */
                runId?: (string|null);

                /** LabelingQueue stage */
                stage?: (string|null);

                /** LabelingQueue wanted */
                wanted?: (number|null);

                /** LabelingQueue done */
                done?: (number|null);

                /** LabelingQueue open */
                open?: (number|null);

                /** LabelingQueue leased */
                leased?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LabelingQueue. */
            type $Shape = minchat.v1.LabelingQueue.$Properties;
        }

        /**
         * Properties of a GetAgreementRequest.
         * @deprecated Use minchat.v1.GetAgreementRequest.$Properties instead.
         */
        interface IGetAgreementRequest extends minchat.v1.GetAgreementRequest.$Properties {
        }

        /** Represents a GetAgreementRequest. */
        class GetAgreementRequest {

            /**
             * Constructs a new GetAgreementRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetAgreementRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetAgreementRequest runId. */
            runId: string;

            /**
             * Encodes the specified GetAgreementRequest message. Does not implicitly {@link minchat.v1.GetAgreementRequest.verify|verify} messages.
             * @param message GetAgreementRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetAgreementRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetAgreementRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetAgreementRequest & minchat.v1.GetAgreementRequest.$Shape} GetAgreementRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetAgreementRequest & minchat.v1.GetAgreementRequest.$Shape;
        }

        namespace GetAgreementRequest {

            /** Properties of a GetAgreementRequest. */
            interface $Properties {

                /** GetAgreementRequest runId */
                runId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetAgreementRequest. */
            type $Shape = minchat.v1.GetAgreementRequest.$Properties;
        }

        /**
         * Properties of a GetAgreementReply.
         * @deprecated Use minchat.v1.GetAgreementReply.$Properties instead.
         */
        interface IGetAgreementReply extends minchat.v1.GetAgreementReply.$Properties {
        }

        /** Represents a GetAgreementReply. */
        class GetAgreementReply {

            /**
             * Constructs a new GetAgreementReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetAgreementReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GetAgreementReply alpha. */
            alpha?: (minchat.v1.Score.$Properties|null);

            /** GetAgreementReply tau. */
            tau?: (minchat.v1.Score.$Properties|null);

            /** GetAgreementReply labelers. */
            labelers: minchat.v1.LabelerFigures.$Properties[];

            /** GetAgreementReply tasks. */
            tasks: minchat.v1.TaskFigures.$Properties[];

            /** GetAgreementReply runs. */
            runs: string[];

            /** GetAgreementReply notes. */
            notes: minchat.v1.LabelerNote.$Properties[];

            /** GetAgreementReply skipped. */
            skipped: minchat.v1.SkippedTask.$Properties[];

            /**
             * Encodes the specified GetAgreementReply message. Does not implicitly {@link minchat.v1.GetAgreementReply.verify|verify} messages.
             * @param message GetAgreementReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetAgreementReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetAgreementReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetAgreementReply & minchat.v1.GetAgreementReply.$Shape} GetAgreementReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetAgreementReply & minchat.v1.GetAgreementReply.$Shape;
        }

        namespace GetAgreementReply {

            /** Properties of a GetAgreementReply. */
            interface $Properties {

                /** GetAgreementReply alpha */
                alpha?: (minchat.v1.Score.$Properties|null);

                /** GetAgreementReply tau */
                tau?: (minchat.v1.Score.$Properties|null);

                /** GetAgreementReply labelers */
                labelers?: (minchat.v1.LabelerFigures.$Properties[]|null);

                /** GetAgreementReply tasks */
                tasks?: (minchat.v1.TaskFigures.$Properties[]|null);

                /** GetAgreementReply runs */
                runs?: (string[]|null);

                /** GetAgreementReply notes */
                notes?: (minchat.v1.LabelerNote.$Properties[]|null);

                /** GetAgreementReply skipped */
                skipped?: (minchat.v1.SkippedTask.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetAgreementReply. */
            type $Shape = minchat.v1.GetAgreementReply.$Properties;
        }

        /**
         * Properties of a Score.
         * @deprecated Use minchat.v1.Score.$Properties instead.
         */
        interface IScore extends minchat.v1.Score.$Properties {
        }

        /** Represents a Score. */
        class Score {

            /**
             * Constructs a new Score.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Score.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Score value. */
            value: number;

            /** Score count. */
            count: number;

            /**
             * Encodes the specified Score message. Does not implicitly {@link minchat.v1.Score.verify|verify} messages.
             * @param message Score message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Score.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Score message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Score & minchat.v1.Score.$Shape} Score
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Score & minchat.v1.Score.$Shape;
        }

        namespace Score {

            /** Properties of a Score. */
            interface $Properties {

                /** Score value */
                value?: (number|null);

                /** Score count */
                count?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Score. */
            type $Shape = minchat.v1.Score.$Properties;
        }

        /**
         * Properties of a LabelerFigures.
         * @deprecated Use minchat.v1.LabelerFigures.$Properties instead.
         */
        interface ILabelerFigures extends minchat.v1.LabelerFigures.$Properties {
        }

        /** Represents a LabelerFigures. */
        class LabelerFigures {

            /**
             * Constructs a new LabelerFigures.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LabelerFigures.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LabelerFigures labelerId. */
            labelerId: string;

            /** LabelerFigures done. */
            done: number;

            /** LabelerFigures skipped. */
            skipped: number;

            /** LabelerFigures medianMs. */
            medianMs?: (minchat.v1.Score.$Properties|null);

            /** LabelerFigures tau. */
            tau?: (minchat.v1.Score.$Properties|null);

            /** LabelerFigures alpha. */
            alpha?: (minchat.v1.Score.$Properties|null);

            /** LabelerFigures gold. */
            gold?: (minchat.v1.Score.$Properties|null);

            /** LabelerFigures changed. */
            changed: number;

            /**
             * Encodes the specified LabelerFigures message. Does not implicitly {@link minchat.v1.LabelerFigures.verify|verify} messages.
             * @param message LabelerFigures message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LabelerFigures.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LabelerFigures message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LabelerFigures & minchat.v1.LabelerFigures.$Shape} LabelerFigures
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LabelerFigures & minchat.v1.LabelerFigures.$Shape;
        }

        namespace LabelerFigures {

            /** Properties of a LabelerFigures. */
            interface $Properties {

                /** LabelerFigures labelerId */
                labelerId?: (string|null);

                /** LabelerFigures done */
                done?: (number|null);

                /** LabelerFigures skipped */
                skipped?: (number|null);

                /** LabelerFigures medianMs */
                medianMs?: (minchat.v1.Score.$Properties|null);

                /** LabelerFigures tau */
                tau?: (minchat.v1.Score.$Properties|null);

                /** LabelerFigures alpha */
                alpha?: (minchat.v1.Score.$Properties|null);

                /** LabelerFigures gold */
                gold?: (minchat.v1.Score.$Properties|null);

                /** LabelerFigures changed */
                changed?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LabelerFigures. */
            type $Shape = minchat.v1.LabelerFigures.$Properties;
        }

        /**
         * Properties of a TaskFigures.
         * @deprecated Use minchat.v1.TaskFigures.$Properties instead.
         */
        interface ITaskFigures extends minchat.v1.TaskFigures.$Properties {
        }

        /** Represents a TaskFigures. */
        class TaskFigures {

            /**
             * Constructs a new TaskFigures.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.TaskFigures.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskFigures taskId. */
            taskId: string;

            /** TaskFigures runId. */
            runId: string;

            /** TaskFigures prompt. */
            prompt: string;

            /** TaskFigures labelers. */
            labelers: number;

            /** TaskFigures tau. */
            tau?: (minchat.v1.Score.$Properties|null);

            /** TaskFigures alpha. */
            alpha?: (minchat.v1.Score.$Properties|null);

            /**
             * Encodes the specified TaskFigures message. Does not implicitly {@link minchat.v1.TaskFigures.verify|verify} messages.
             * @param message TaskFigures message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.TaskFigures.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskFigures message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.TaskFigures & minchat.v1.TaskFigures.$Shape} TaskFigures
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.TaskFigures & minchat.v1.TaskFigures.$Shape;
        }

        namespace TaskFigures {

            /** Properties of a TaskFigures. */
            interface $Properties {

                /** TaskFigures taskId */
                taskId?: (string|null);

                /** TaskFigures runId */
                runId?: (string|null);

                /** TaskFigures prompt */
                prompt?: (string|null);

                /** TaskFigures labelers */
                labelers?: (number|null);

                /** TaskFigures tau */
                tau?: (minchat.v1.Score.$Properties|null);

                /** TaskFigures alpha */
                alpha?: (minchat.v1.Score.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskFigures. */
            type $Shape = minchat.v1.TaskFigures.$Properties;
        }

        /**
         * Properties of a SkippedTask.
         * @deprecated Use minchat.v1.SkippedTask.$Properties instead.
         */
        interface ISkippedTask extends minchat.v1.SkippedTask.$Properties {
        }

        /** Represents a SkippedTask. */
        class SkippedTask {

            /**
             * Constructs a new SkippedTask.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SkippedTask.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SkippedTask runId. */
            runId: string;

            /** SkippedTask prompt. */
            prompt: string;

            /** SkippedTask reasons. */
            reasons: minchat.v1.SkipReason.$Properties[];

            /** SkippedTask open. */
            open: boolean;

            /**
             * Encodes the specified SkippedTask message. Does not implicitly {@link minchat.v1.SkippedTask.verify|verify} messages.
             * @param message SkippedTask message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SkippedTask.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SkippedTask message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SkippedTask & minchat.v1.SkippedTask.$Shape} SkippedTask
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SkippedTask & minchat.v1.SkippedTask.$Shape;
        }

        namespace SkippedTask {

            /** Properties of a SkippedTask. */
            interface $Properties {

                /** SkippedTask runId */
                runId?: (string|null);

                /** SkippedTask prompt */
                prompt?: (string|null);

                /** SkippedTask reasons */
                reasons?: (minchat.v1.SkipReason.$Properties[]|null);

                /** SkippedTask open */
                open?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SkippedTask. */
            type $Shape = minchat.v1.SkippedTask.$Properties;
        }

        /**
         * Properties of a SkipReason.
         * @deprecated Use minchat.v1.SkipReason.$Properties instead.
         */
        interface ISkipReason extends minchat.v1.SkipReason.$Properties {
        }

        /** Represents a SkipReason. */
        class SkipReason {

            /**
             * Constructs a new SkipReason.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SkipReason.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SkipReason reason. */
            reason: string;

            /** SkipReason count. */
            count: number;

            /**
             * Encodes the specified SkipReason message. Does not implicitly {@link minchat.v1.SkipReason.verify|verify} messages.
             * @param message SkipReason message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SkipReason.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SkipReason message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SkipReason & minchat.v1.SkipReason.$Shape} SkipReason
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SkipReason & minchat.v1.SkipReason.$Shape;
        }

        namespace SkipReason {

            /** Properties of a SkipReason. */
            interface $Properties {

                /** SkipReason reason */
                reason?: (string|null);

                /** SkipReason count */
                count?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SkipReason. */
            type $Shape = minchat.v1.SkipReason.$Properties;
        }

        /**
         * Properties of a LabelerNote.
         * @deprecated Use minchat.v1.LabelerNote.$Properties instead.
         */
        interface ILabelerNote extends minchat.v1.LabelerNote.$Properties {
        }

        /** Represents a LabelerNote. */
        class LabelerNote {

            /**
             * Constructs a new LabelerNote.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.LabelerNote.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LabelerNote labelerId. */
            labelerId: string;

            /** LabelerNote runId. */
            runId: string;

            /** LabelerNote prompt. */
            prompt: string;

            /** LabelerNote note. */
            note: string;

            /** LabelerNote gold. */
            gold: boolean;

            /** LabelerNote skipped. */
            skipped: boolean;

            /**
             * Encodes the specified LabelerNote message. Does not implicitly {@link minchat.v1.LabelerNote.verify|verify} messages.
             * @param message LabelerNote message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.LabelerNote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LabelerNote message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.LabelerNote & minchat.v1.LabelerNote.$Shape} LabelerNote
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.LabelerNote & minchat.v1.LabelerNote.$Shape;
        }

        namespace LabelerNote {

            /** Properties of a LabelerNote. */
            interface $Properties {

                /** LabelerNote labelerId */
                labelerId?: (string|null);

                /** LabelerNote runId */
                runId?: (string|null);

                /** LabelerNote prompt */
                prompt?: (string|null);

                /** LabelerNote note */
                note?: (string|null);

                /** LabelerNote gold */
                gold?: (boolean|null);

                /** LabelerNote skipped */
                skipped?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LabelerNote. */
            type $Shape = minchat.v1.LabelerNote.$Properties;
        }

        /**
         * Properties of a GetGuidelinesRequest.
         * @deprecated Use minchat.v1.GetGuidelinesRequest.$Properties instead.
         */
        interface IGetGuidelinesRequest extends minchat.v1.GetGuidelinesRequest.$Properties {
        }

        /** Represents a GetGuidelinesRequest. */
        class GetGuidelinesRequest {

            /**
             * Constructs a new GetGuidelinesRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.GetGuidelinesRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified GetGuidelinesRequest message. Does not implicitly {@link minchat.v1.GetGuidelinesRequest.verify|verify} messages.
             * @param message GetGuidelinesRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.GetGuidelinesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GetGuidelinesRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.GetGuidelinesRequest & minchat.v1.GetGuidelinesRequest.$Shape} GetGuidelinesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.GetGuidelinesRequest & minchat.v1.GetGuidelinesRequest.$Shape;
        }

        namespace GetGuidelinesRequest {

            /** Properties of a GetGuidelinesRequest. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GetGuidelinesRequest. */
            type $Shape = minchat.v1.GetGuidelinesRequest.$Properties;
        }

        /**
         * Properties of a SaveGuidelinesRequest.
         * @deprecated Use minchat.v1.SaveGuidelinesRequest.$Properties instead.
         */
        interface ISaveGuidelinesRequest extends minchat.v1.SaveGuidelinesRequest.$Properties {
        }

        /** Represents a SaveGuidelinesRequest. */
        class SaveGuidelinesRequest {

            /**
             * Constructs a new SaveGuidelinesRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.SaveGuidelinesRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SaveGuidelinesRequest text. */
            text: string;

            /** SaveGuidelinesRequest writtenFrom. */
            writtenFrom?: (minchat.v1.Guidelines.$Properties|null);

            /**
             * Encodes the specified SaveGuidelinesRequest message. Does not implicitly {@link minchat.v1.SaveGuidelinesRequest.verify|verify} messages.
             * @param message SaveGuidelinesRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.SaveGuidelinesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SaveGuidelinesRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.SaveGuidelinesRequest & minchat.v1.SaveGuidelinesRequest.$Shape} SaveGuidelinesRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.SaveGuidelinesRequest & minchat.v1.SaveGuidelinesRequest.$Shape;
        }

        namespace SaveGuidelinesRequest {

            /** Properties of a SaveGuidelinesRequest. */
            interface $Properties {

                /** SaveGuidelinesRequest text */
                text?: (string|null);

                /** SaveGuidelinesRequest writtenFrom */
                writtenFrom?: (minchat.v1.Guidelines.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SaveGuidelinesRequest. */
            type $Shape = minchat.v1.SaveGuidelinesRequest.$Properties;
        }

        /**
         * Properties of a Guidelines.
         * @deprecated Use minchat.v1.Guidelines.$Properties instead.
         */
        interface IGuidelines extends minchat.v1.Guidelines.$Properties {
        }

        /** Represents a Guidelines. */
        class Guidelines {

            /**
             * Constructs a new Guidelines.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.Guidelines.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Guidelines text. */
            text: string;

            /** Guidelines updatedAtMs. */
            updatedAtMs: number;

            /**
             * Encodes the specified Guidelines message. Does not implicitly {@link minchat.v1.Guidelines.verify|verify} messages.
             * @param message Guidelines message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.Guidelines.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Guidelines message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.Guidelines & minchat.v1.Guidelines.$Shape} Guidelines
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.Guidelines & minchat.v1.Guidelines.$Shape;
        }

        namespace Guidelines {

            /** Properties of a Guidelines. */
            interface $Properties {

                /** Guidelines text */
                text?: (string|null);

                /** Guidelines updatedAtMs */
                updatedAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Guidelines. */
            type $Shape = minchat.v1.Guidelines.$Properties;
        }

        /**
         * Properties of a ForgetUserRequest.
         * @deprecated Use minchat.v1.ForgetUserRequest.$Properties instead.
         */
        interface IForgetUserRequest extends minchat.v1.ForgetUserRequest.$Properties {
        }

        /** Represents a ForgetUserRequest. */
        class ForgetUserRequest {

            /**
             * Constructs a new ForgetUserRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ForgetUserRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ForgetUserRequest userId. */
            userId: string;

            /** ForgetUserRequest labels. */
            labels: string;

            /** ForgetUserRequest dryRun. */
            dryRun: boolean;

            /**
             * Encodes the specified ForgetUserRequest message. Does not implicitly {@link minchat.v1.ForgetUserRequest.verify|verify} messages.
             * @param message ForgetUserRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ForgetUserRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForgetUserRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ForgetUserRequest & minchat.v1.ForgetUserRequest.$Shape} ForgetUserRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ForgetUserRequest & minchat.v1.ForgetUserRequest.$Shape;
        }

        namespace ForgetUserRequest {

            /** Properties of a ForgetUserRequest. */
            interface $Properties {

                /** ForgetUserRequest userId */
                userId?: (string|null);

                /** ForgetUserRequest labels */
                labels?: (string|null);

                /** ForgetUserRequest dryRun */
                dryRun?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ForgetUserRequest. */
            type $Shape = minchat.v1.ForgetUserRequest.$Properties;
        }

        /**
         * Properties of a ForgetUserReply.
         * @deprecated Use minchat.v1.ForgetUserReply.$Properties instead.
         */
        interface IForgetUserReply extends minchat.v1.ForgetUserReply.$Properties {
        }

        /** Represents a ForgetUserReply. */
        class ForgetUserReply {

            /**
             * Constructs a new ForgetUserReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: minchat.v1.ForgetUserReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ForgetUserReply prompts. */
            prompts: number;

            /** ForgetUserReply demonstrations. */
            demonstrations: number;

            /** ForgetUserReply comparisons. */
            comparisons: number;

            /** ForgetUserReply tasks. */
            tasks: number;

            /** ForgetUserReply anonymised. */
            anonymised: number;

            /** ForgetUserReply runs. */
            runs: string[];

            /**
             * Encodes the specified ForgetUserReply message. Does not implicitly {@link minchat.v1.ForgetUserReply.verify|verify} messages.
             * @param message ForgetUserReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: minchat.v1.ForgetUserReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForgetUserReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {minchat.v1.ForgetUserReply & minchat.v1.ForgetUserReply.$Shape} ForgetUserReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): minchat.v1.ForgetUserReply & minchat.v1.ForgetUserReply.$Shape;
        }

        namespace ForgetUserReply {

            /** Properties of a ForgetUserReply. */
            interface $Properties {

                /** ForgetUserReply prompts */
                prompts?: (number|null);

                /** ForgetUserReply demonstrations */
                demonstrations?: (number|null);

                /** ForgetUserReply comparisons */
                comparisons?: (number|null);

                /** ForgetUserReply tasks */
                tasks?: (number|null);

                /** ForgetUserReply anonymised */
                anonymised?: (number|null);

                /** ForgetUserReply runs */
                runs?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ForgetUserReply. */
            type $Shape = minchat.v1.ForgetUserReply.$Properties;
        }
    }
}
