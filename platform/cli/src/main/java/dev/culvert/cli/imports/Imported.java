package dev.culvert.cli.imports;

import java.util.List;

/**
 * What has become of another program's file.
 *
 * @param toml a Culvert file
 * @param dropped what it could not say, each with the reason
 */
public record Imported(String toml, List<String> dropped) {}
