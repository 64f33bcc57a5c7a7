package dev.culvert.cli.imports;

import dev.culvert.spi.Role;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a file does not say about itself.
 *
 * @param role which half is meant of a file that has both; null if the file has one
 * @param transport the transport to write instead of the file's; null for the file's
 * @param peer the other end's file, for what stands only there; null if there is none
 */
public record ImportOptions(
        @Nullable Role role,
        @Nullable String transport,
        @Nullable Path peer) {}
