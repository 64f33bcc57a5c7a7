/**
 * Lets requests pass by where they come from: networks, and pages of other sites.
 */
@NullMarked
package dev.culvert.plugin.filter.access;

import org.jspecify.annotations.NullMarked;
